//! The pages of people, each of them, as whoever it costs most sees it: the time of the server until the whole page is there.

use crate::acts::Bench;
use crate::answers::TIMES;
use crate::client::{Answer, Client, request};
use motcua::web::PAGES;
use std::time::Instant;

/// What htmx asks for in addition, and what is no page of its own.
const NOT_PAGES: [&str; 1] = ["/tiep-nhan/thu-tuc"];
/// Pages of something, and pages that are asked for something.
const MORE: [&str; 19] = [
    "/tiep-nhan/thu-tuc?q=thu",
    "/ho-so/{code}",
    "/ho-so?q=nguyen+van+hung",
    "/ho-so?timeliness=overdue&sort=due_on",
    "/tra-ket-qua?ma={code}",
    "/xin-loi?xem=thieu",
    "/xin-loi?xem=sap-tre",
    "/ket-qua?ky=nam",
    "/ket-qua/ho-so?figure=resolved_overdue",
    "/ket-qua/ho-so?figure=in_process",
    "/bao-cao?ky=nam&loai=ii06a",
    "/bao-cao?ky=thang&loai=qua-han",
    "/bao-cao?ky=nam&loai=qua-han",
    "/bao-cao?ky=nam&loai=nguyen-nhan",
    "/bao-cao?ky=nam&loai=liem-chinh",
    "/bao-cao/dau-hieu?ky=nam",
    "/bao-cao?loai=ton",
    "/danh-muc/don-vi/TS",
    "/danh-muc/thu-tuc/1.003650",
];

impl Bench<'_> {
    pub fn pages(&mut self, codes: &[String]) {
        let code = codes.last().cloned().unwrap_or_default();
        let everybody = ["", "tiepnhan.ts", "xuly.ts", "chicuctruong.ts", "vanphong", "quantri"];
        let everybody = everybody.map(|who| {
            let cookies = if who.is_empty() { String::new() } else { self.browser(who) };
            format!("Accept: text/html\r\n{cookies}")
        });
        let plain = PAGES.iter().filter(|(method, path)| {
            *method == "get" && !path.contains('{') && !path.contains('.') && !NOT_PAGES.contains(path)
        });
        let mut all = Vec::new();
        for path in plain.map(|(_, path)| *path).chain(MORE) {
            let asked = path.replace("{code}", &code);
            // Whom it costs most; those whom it leads elsewhere have no such page.
            let mut slowest: Option<(f64, &str)> = None;
            // What cannot be answered costs most; what is not theirs (404 at most) costs nothing as long as it is somebody's.
            let mut refused = 0;
            for headers in &everybody {
                let mut client = Client::new(self.service.address);
                let status = client.get(&asked, headers).status;
                if status != 200 {
                    refused = status.max(refused);
                    continue;
                }
                let begun = Instant::now();
                client.get(&asked, headers).expect(200);
                let took = begun.elapsed().as_secs_f64();
                if slowest.is_none_or(|(most, _)| took > most) {
                    slowest = Some((took, headers));
                }
            }
            if refused > 404 || (refused >= 400 && slowest.is_none()) {
                self.refused(&format!("page: {path}"), refused);
                continue;
            }
            let Some((_, headers)) = slowest else {
                println!("    page: {path}: nobody's");
                continue;
            };
            let took = self.asked(&format!("page: {path}"), &[asked], headers, TIMES, 100.0);
            all.push((path.to_owned(), took));
        }
        self.slowest("pages", 100.0, &all);
    }

    /// Signs in as a browser does; the header with its cookies.
    fn browser(&self, username: &str) -> String {
        let mut client = Client::new(self.service.address);
        let form = client.get("/dang-nhap", "Accept: text/html\r\n").expect(200);
        let cookie = |answer: &Answer| {
            let pairs: Vec<String> = answer
                .headers("set-cookie")
                .filter(|cookie| !cookie.contains("Max-Age=0"))
                .filter_map(|cookie| cookie.split(';').next().map(str::to_owned))
                .collect();
            format!("Cookie: {}\r\n", pairs.join("; "))
        };
        let html = String::from_utf8_lossy(&form.body).into_owned();
        let token = html
            .split("name=\"_csrf\"")
            .nth(1)
            .and_then(|rest| rest.split("value=\"").nth(1))
            .expect("a token");
        let token = token.split('"').next().expect("its end");
        let fields = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("_csrf", token)
            .append_pair("username", username)
            .append_pair("password", motcua::demo::PASSWORD)
            .finish();
        let headers = format!(
            "{}Accept: text/html\r\nContent-Type: application/x-www-form-urlencoded\r\n",
            cookie(&form)
        );
        let entered = client.send(&request("POST", "/dang-nhap", &headers, &fields)).expect(303);
        cookie(&entered)
    }
}
