//! The pages of people, signed in: the time of the server until the whole page is there.

use crate::acts::Bench;
use crate::answers::TIMES;
use crate::client::{Answer, Client, request};

impl Bench<'_> {
    pub fn pages(&mut self, codes: &[String]) {
        let code = codes.last().cloned().unwrap_or_default();
        let everybody: &[(&str, &[&str])] = &[
            ("", &["/dang-nhap", "/tra-cuu", "/ty-le", "/tinh-han"]),
            (
                "tiepnhan.ts",
                &[
                    "/",
                    "/hom-nay",
                    "/tiep-nhan",
                    "/tiep-nhan/thu-tuc?q=thu",
                    "/tra-ket-qua",
                    "/ho-so",
                    "/ho-so?q=nguyen+van+hung",
                    "/ho-so/{code}",
                    "/mat-khau",
                    "/phien",
                ],
            ),
            ("xuly.ts", &["/hom-nay", "/ho-so"]),
            ("chicuctruong.ts", &["/hom-nay", "/ho-so", "/xin-loi", "/ket-qua"]),
            (
                "vanphong",
                &[
                    "/hom-nay",
                    "/ho-so",
                    "/ho-so?q=nguyen+van+hung",
                    "/xin-loi",
                    "/ket-qua",
                    "/chi-tieu",
                    "/lich",
                    "/lich/tinh-lai",
                    "/ho-so/{code}",
                ],
            ),
            (
                "quantri",
                &[
                    "/danh-muc",
                    "/danh-muc/don-vi/TS",
                    "/tai-khoan",
                    "/tai-khoan/moi",
                    "/cong-viec",
                    "/lich",
                    "/lich/nam",
                    "/mau-giay-to",
                    "/cai-dat",
                ],
            ),
        ];
        let mut all = Vec::new();
        for (who, paths) in everybody {
            let cookies = if who.is_empty() { String::new() } else { self.browser(who) };
            let headers = format!("Accept: text/html\r\n{cookies}");
            for path in *paths {
                let path = path.replace("{code}", &code);
                // Those that lead elsewhere are no pages.
                let status = Client::new(self.service.address).get(&path, &headers).status;
                if status != 200 {
                    println!("    page: {path} {who}: {status}");
                    continue;
                }
                let named = if who.is_empty() {
                    path.clone()
                } else {
                    format!("{} ({who})", path.replace(&code, "{code}"))
                };
                all.push((
                    named.clone(),
                    self.asked(&format!("page: {named}"), &[path], &headers, TIMES, 100.0),
                ));
            }
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
