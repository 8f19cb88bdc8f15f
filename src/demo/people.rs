//! Invented people, companies and addresses. Whoever is called so by chance has nothing to do with it.

use super::chance::Chance;
use crate::domain::people::{Applicant, ApplicantKind};

const FAMILY: &[&str] = &[
    "Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương",
    "Lý",
];
const MIDDLE_OF_MEN: &[&str] = &["Văn", "Hữu", "Minh", "Quốc", "Đức", "Thanh", "Công", "Hoàng"];
const MIDDLE_OF_WOMEN: &[&str] = &["Thị", "Ngọc", "Thị Thanh", "Thị Kim", "Mỹ", "Phương", "Thị Hồng"];
const MEN: &[&str] = &[
    "An", "Bảo", "Cường", "Dũng", "Đạt", "Hải", "Hiếu", "Hùng", "Khoa", "Lâm", "Long", "Nam", "Nghĩa",
    "Phúc", "Quân", "Sơn", "Tài", "Thắng", "Tuấn", "Việt",
];
const WOMEN: &[&str] = &[
    "Anh",
    "Chi",
    "Diễm",
    "Dung",
    "Giang",
    "Hà",
    "Hằng",
    "Hương",
    "Lan",
    "Linh",
    "Mai",
    "Nga",
    "Ngân",
    "Nhung",
    "Oanh",
    "Phượng",
    "Quyên",
    "Thảo",
    "Trang",
    "Yến",
];
const TRADES: &[&str] = &[
    "Thủy sản",
    "Chăn nuôi",
    "Thuốc thú y",
    "Vật tư nông nghiệp",
    "Giống cây trồng",
    "Chế biến gỗ",
    "Nông sản sạch",
    "Thức ăn chăn nuôi",
    "Nuôi trồng",
    "Kiểm dịch",
];
const TRADE_NAMES: &[&str] = &[
    "Hương Đồng",
    "Sông Xanh",
    "Bình Minh",
    "Phú Nông",
    "An Phát",
    "Đại Thành",
    "Hòa Bình",
    "Cửu Long",
    "Tân Tiến",
    "Việt Xanh",
];
const WARDS: &[&str] = &[
    "phường Bến Nghé",
    "phường Đa Kao",
    "phường Tân Định",
    "phường Thảo Điền",
    "phường An Phú",
    "phường Hiệp Bình",
    "phường Linh Xuân",
    "phường Tân Thuận",
    "phường Bình Trị Đông",
    "phường Tây Thạnh",
    "xã Cần Giờ",
    "xã Bình Chánh",
    "xã Củ Chi",
    "xã Hóc Môn",
    "xã Nhà Bè",
    "xã An Thới Đông",
    "xã Thái Mỹ",
    "xã Tân Nhựt",
];
const STREETS: &[&str] = &[
    "Lê Lợi",
    "Nguyễn Huệ",
    "Hai Bà Trưng",
    "Trần Hưng Đạo",
    "Lý Thường Kiệt",
    "Phan Đình Phùng",
    "Quang Trung",
    "Rừng Sác",
    "Tỉnh lộ 8",
    "Đường Số 5",
    "Đường Số 12",
];

/// A name, for an officer.
pub fn name(chance: &mut Chance) -> String {
    let family = chance.one_of(FAMILY);
    if chance.percent(50) {
        format!("{family} {} {}", chance.one_of(MIDDLE_OF_MEN), chance.one_of(MEN))
    } else {
        format!("{family} {} {}", chance.one_of(MIDDLE_OF_WOMEN), chance.one_of(WOMEN))
    }
}

/// Somebody who hands in a dossier. Three in five can be written to by e-mail.
pub fn applicant(chance: &mut Chance) -> Applicant {
    let email = chance.percent(60).then(|| format!("nguoidan{:05}@example.vn", chance.below(100_000)));
    let phone = Some(format!("09{:08}", chance.below(100_000_000)));
    let address = Some(address(chance));
    if chance.percent(35) {
        let trade = chance.one_of(TRADES);
        let form = chance.one_of(&["Công ty TNHH", "Công ty Cổ phần", "Hợp tác xã", "Hộ kinh doanh"]);
        Applicant {
            name: format!("{form} {trade} {}", chance.one_of(TRADE_NAMES)),
            kind: ApplicantKind::Enterprise,
            id_number: Some(format!("03{:08}", chance.below(100_000_000))),
            phone,
            email,
            address,
        }
    } else {
        Applicant {
            name: name(chance),
            kind: ApplicantKind::Citizen,
            id_number: Some(format!("079{:09}", chance.below(1_000_000_000))),
            phone,
            email,
            address,
        }
    }
}

fn address(chance: &mut Chance) -> String {
    format!(
        "{} {}, {}, Thành phố Hồ Chí Minh",
        1 + chance.below(500),
        chance.one_of(STREETS),
        chance.one_of(WARDS)
    )
}
