//! The figures on pages: against both targets, kept to one's own branch, and as a table.

use crate::apology::Office;
use crate::dossier::life::take_in;
use crate::support::house::TestHouse;
use motcua::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    async fn a_branch_sees_its_own_and_the_department_all(db: TestDatabase) {
        let office = Office::open(db).await;
        office.take_in("Nguyễn Văn An").await;
        let own = office.house.surfer(Role::Head, Some("TS")).await;
        let page = own.get("/ket-qua?ky=nam").await.expect(200);
        page.says("Chi cục Thủy sản").says("chưa có số liệu").says("/ket-qua/ho-so?figure=received").says("<svg").says("Cách tính");
        own.get("/ket-qua?branch_code=CN-TY").await.expect(403);
        let other = office.house.surfer(Role::Head, Some("CN-TY")).await;
        other.get("/ket-qua").await.expect(200).says("Chưa có số liệu trong kỳ này");
        let office_desk = office.house.surfer(Role::Office, None).await;
        office_desk.get("/ket-qua?branch_code=TS").await.expect(200).says("Chi cục Thủy sản");
        office_desk.get("/chi-tieu").await.expect(200).says("S06");
    }

    async fn days_nobody_can_read_are_refused_with_the_entry_kept(db: TestDatabase) {
        let office = Office::open(db).await;
        let head = office.house.surfer(Role::Head, Some("TS")).await;
        head.get("/ket-qua?from=%22%3E%3Cscript%3E&to=01/01/2026").await.expect(422)
            .says("role=\"alert\"").says("value=\"01/01/2026\"").says_not("\"><script>");
        head.get("/ket-qua?from=02/01/2026&to=01/01/2026").await.expect(422).says("aria-invalid");
    }

    async fn what_is_shown_comes_as_a_table_too(db: TestDatabase) {
        let office = Office::open(db).await;
        office.take_in("Nguyễn Văn An").await;
        let head = office.house.surfer(Role::Head, Some("TS")).await;
        for by in ["branch", "branch,sector", "month"] {
            let table = head.get(&format!("/ket-qua.csv?by={by}&from=2026-03-01&to=2026-03-10")).await.expect(200);
            assert!(table.header("content-disposition").unwrap().contains("ket-qua_2026-03-01_2026-03-10.csv"));
            let lines: Vec<&str> = table.html.trim().lines().collect();
            assert_eq!(lines.len(), 2, "{by}: {}", table.html);
            assert_eq!(lines[0].split(',').nth(5), Some("received"));
            assert_eq!(lines[0].split(',').count(), lines[1].split(',').count());
        }
    }

    async fn forms_and_lists_behind_the_figures_come_as_files(db: TestDatabase) {
        let office = Office::open(db).await;
        office.take_in("Nguyễn Văn An").await;
        let head = office.house.surfer(Role::Head, Some("TS")).await;
        let page = head.get("/ket-qua?ky=nam").await.expect(200);
        let mut files = 0;
        for link in page.html.split("href=\"").filter(|part| part.starts_with("/bao-cao/")) {
            let link = link.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
            let file = head.get(&link).await.expect(200);
            assert!(!file.header("content-type").unwrap().contains("html"), "{link}");
            files += 1;
        }
        assert_eq!(files, 8);
        head.get("/bao-cao/luong.xlsx").await.expect(404);
        head.get("/ho-so?branch_code=TS&timeliness=overdue&open=true").await.expect(200);
    }

    async fn every_number_leads_to_as_many_dossiers_as_it_says(db: TestDatabase) {
        let office = Office::open(db).await;
        for name in ["Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Chi"] {
            office.take_in(name).await;
        }
        let head = office.house.surfer(Role::Head, Some("TS")).await;
        let page = head.get("/ket-qua?ky=nam").await.expect(200);
        let mut lists = 0;
        for link in page.html.split("href=\"").filter(|part| part.starts_with("/ket-qua/ho-so?")) {
            let (place, rest) = link.split_once('"').unwrap();
            let place = place.replace("&#38;", "&").replace("&amp;", "&");
            // `…>3</a>` in a table, `…><b>3</b>…` in a tile.
            let shown = rest.split_once('>').unwrap().1.trim_start_matches("<b>");
            let number = shown.split('<').next().unwrap();
            let list = head.get(&place).await.expect(200).says(&format!("{number} hồ sơ"));
            assert_eq!(list.html.matches("class=\"code\"").count().to_string(), number, "{place}");
            lists += 1;
        }
        assert!(lists >= 9, "only {lists} numbers lead anywhere");
        // The whole list, and the scoreboard, as they are shown.
        let list = head.get("/ket-qua/ho-so?figure=received&ky=nam").await.expect(200).says("Tải cả danh sách:");
        let board = head.get("/chi-tieu?ky=nam").await.expect(200);
        for (page, place, first) in [(&list, "/ket-qua/ho-so.", "Mã hồ sơ,"), (&board, "/chi-tieu.", "Số,")] {
            let links: Vec<&str> = page.html.split("href=\"").filter(|part| part.starts_with(place)).collect();
            assert_eq!(links.len(), 2, "{}", page.html);
            let links = links.iter().map(|link| link.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&"));
            for (link, kind) in links.zip(["text/csv", "application/vnd"]) {
                let file = head.get(&link).await.expect(200);
                assert!(file.header("content-type").unwrap().starts_with(kind), "{link}");
                assert!(kind != "text/csv" || file.html.trim_start_matches('\u{feff}').starts_with(first), "{}", file.html);
            }
            head.get(&format!("{place}doc")).await.expect(404);
        }
        let whole = head.get("/ket-qua/ho-so.csv?figure=received&ky=nam").await.expect(200);
        assert_eq!(whole.html.trim().lines().count(), 1 + 3, "{}", whole.html);
        head.get("/ket-qua/ho-so.csv?figure=received&branch_code=KL").await.expect(403);
        head.get("/ket-qua/ho-so?figure=apologies_late&ky=nam").await.expect(200).says("Không có hồ sơ nào");
        head.get("/ket-qua/ho-so?figure=resolved&from=x").await.expect(422).says("aria-invalid");
        head.get("/ket-qua/ho-so?figure=%22%3E%3Cscript%3E").await.expect(422).says_not("\"><script>");
    }

    async fn branches_stand_side_by_side_with_the_numbers_of_the_api(db: TestDatabase) {
        let house = crate::report::over_http::march(db).await;
        let march = "from=2026-03-01&to=2026-03-31";
        let desk = house.surfer(Role::Office, None).await;
        let page = desk.get(&format!("/ket-qua?{march}")).await.expect(200);
        let office = house.sign_in_as(Role::Office, None).await;
        let rates = office.get(&format!("/rates?{march}&by=branch")).await.expect(200).body;
        let rows = rates["rows"].as_array().unwrap();
        assert!(rows.len() > 1, "{rates}");
        let (_, chart) = page.html.split_once("Tỷ lệ đúng hạn của các đơn vị</figcaption>").unwrap();
        let chart = chart.split("</figure>").next().unwrap();
        for row in rows {
            let share = row["r1"]["percent"].as_str().map_or("–".to_owned(), |percent| format!("{}\u{a0}%", percent.replace('.', ",")));
            for words in [row["branch"].as_str().unwrap(), &share] {
                assert!(chart.contains(&format!(">{words}</text>")), "{words}: {chart}");
            }
        }
        assert_eq!(chart.matches("<rect").count(), rows.len(), "{chart}");
        let head = house.surfer(Role::Head, Some("TS")).await;
        head.get(&format!("/ket-qua?{march}")).await.expect(200).says_not("Tỷ lệ đúng hạn của các đơn vị");
    }

    async fn the_page_says_how_it_was_and_how_far_it_is_to_the_target(db: TestDatabase) {
        let house = crate::report::over_http::march(db).await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        head.get("/ket-qua?from=01/03/2026&to=31/03/2026").await.expect(200)
            .says("Kỳ trước: từ 01/02/2026 đến 28/02/2026.").says("Cùng kỳ năm trước: từ 01/03/2025 đến 31/03/2025.")
            .says("&#62; 90\u{a0}%").says("data-label=\"Cần đúng hạn liên tiếp\">9</td>").says("33,33\u{a0}%");
    }

    async fn a_percentage_stands_with_its_counts_and_they_are_those_of_the_api(db: TestDatabase) {
        let house = crate::report::over_http::march(db).await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        let asking = house.sign_in_as(Role::Head, Some("TS")).await;
        let rates = asking.get("/rates?from=2026-03-01&to=2026-03-31&by=branch").await.expect(200).body;
        let row = &rates["rows"][0];
        let page = head.get("/ket-qua?from=01/03/2026&to=31/03/2026").await.expect(200);
        for name in ["r1", "r2", "r3"] {
            let rate = &row[name];
            let percent = rate["percent"].as_str().unwrap().replace('.', ",");
            let share = format!("{percent}\u{a0}% <span class=\"of\">({}/{})</span>", rate["numerator"], rate["denominator"]);
            let cell = format!("data-label=\"{}\">{share}", name.to_uppercase());
            assert!(page.html.contains(&cell), "{cell}");
        }
        let bare = page.html.split("\u{a0}% <span class=\"of\">").count() - 1;
        assert!(bare >= 12, "only {bare} shares have their counts");
        // In the table a program reads the same.
        let table = head.get("/ket-qua.csv?by=branch&from=2026-03-01&to=2026-03-31").await.expect(200);
        let mut reader = csv::Reader::from_reader(table.html.trim_start_matches('\u{feff}').as_bytes());
        let names = reader.headers().unwrap().clone();
        let line = reader.records().next().unwrap().unwrap();
        let cell = |name: &str| line.get(names.iter().position(|one| one == name).unwrap()).unwrap();
        for name in ["r1", "r2", "r3"] {
            assert_eq!(cell(&format!("{name}_numerator")), row[name]["numerator"].to_string());
            assert_eq!(cell(&format!("{name}_denominator")), row[name]["denominator"].to_string());
            assert_eq!(cell(&format!("{name}_percent")), row[name]["percent"].as_str().unwrap());
        }
        assert_eq!(cell("closed_without_result"), row["closed_without_result"]["total"].to_string());
    }

    async fn the_months_say_both_verdicts_in_words(db: TestDatabase) {
        let house = crate::report::over_http::march(db).await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        let page = head.get("/ket-qua?from=01/03/2026&to=31/03/2026").await.expect(200);
        let months = page.html.split("<details class=\"only-numbers\">").nth(1).unwrap().split("</details>").next().unwrap();
        assert_eq!(months.matches("✗ chưa đạt").count(), 2, "{months}");
        for column in ["Chỉ tiêu đơn vị", "Chỉ tiêu lĩnh vực", "Rút, dừng"] {
            assert!(months.contains(&format!("data-label=\"{column}\"")), "{column}");
        }
    }

    async fn figures_are_kept_apart_by_whatever_the_api_keeps_them_apart_by_and_lead_to_their_lists(db: TestDatabase) {
        let house = crate::report::over_http::march(db).await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        let asking = house.sign_in_as(Role::Head, Some("TS")).await;
        let days = "from=2026-03-01&to=2026-03-31";
        let groupings = ["branch", "sector", "procedure", "channel", "officer", "day", "week", "month", "quarter", "reporting_period", "branch,procedure,channel,officer,week"];
        for by in groupings {
            let rates = asking.get(&format!("/rates?{days}&by={by}")).await.expect(200).body;
            let rows = rates["rows"].as_array().unwrap();
            let page = head.get(&format!("/ket-qua?{days}&by={by}")).await.expect(200);
            let body = page.html.split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
            let lines: Vec<&str> = body.split("<tr>").skip(1).collect();
            assert_eq!(lines.len(), rows.len(), "{by}");
            for (line, row) in lines.iter().zip(rows) {
                let wanted = match &row["r1"] {
                    Value::Null => "data-label=\"R1\">–".to_owned(),
                    rate => format!("({}/{})", rate["numerator"], rate["denominator"]),
                };
                assert!(line.contains(&wanted), "{by}: {wanted} of {line}");
                let received = row["received"]["total"].as_i64().unwrap();
                let list = line.split("href=\"").find(|part| part.starts_with("/ket-qua/ho-so?figure=received&"));
                assert_eq!(list.is_some(), received > 0, "{by}: {line}");
                let Some(list) = list else { continue };
                let place = list.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
                head.get(&place).await.expect(200).says(&format!("Tiếp nhận trong kỳ: {received} hồ sơ"));
            }
            let table = head.get(&format!("/ket-qua.csv?{days}&by={by}")).await.expect(200);
            let mut reader = csv::Reader::from_reader(table.html.trim_start_matches('\u{feff}').as_bytes());
            let names = reader.headers().unwrap().clone();
            let at = names.iter().position(|name| name == "received").unwrap();
            let received: Vec<String> = reader.records().map(|line| line.unwrap()[at].to_owned()).collect();
            assert_eq!(received, rows.iter().map(|row| row["received"]["total"].to_string()).collect::<Vec<_>>(), "{by}");
        }
        // As the form sends it: boxes and a period.
        let page = head.get(&format!("/ket-qua?{days}&by=channel&by=branch&period=quarter")).await.expect(200);
        page.says("Quý 1/2026").says("trực tiếp").says("id=\"by-channel\" name=\"by\" value=\"channel\" checked");
        head.get(&format!("/ket-qua?{days}&by=day,week")).await.expect(422).says("id=\"by-fault\"");
        head.get(&format!("/ket-qua?{days}&by=color")).await.expect(422).says("id=\"by-fault\"");
    }

    async fn what_is_kept_apart_is_drawn_with_the_numbers_of_the_api(db: TestDatabase) {
        let house = crate::report::over_http::march(db).await;
        let desk = house.surfer(Role::Office, None).await;
        let asking = house.sign_in_as(Role::Office, None).await;
        let days = "from=2026-03-01&to=2026-03-31";
        let keys = ["branch", "sector", "procedure", "officer", "branch,sector", "branch,procedure"];
        for by in keys.into_iter().chain(["channel", "day", "week", "month", "quarter", "reporting_period", "branch,week"]) {
            let rates = asking.get(&format!("/rates?{days}&by={by}")).await.expect(200).body;
            let rows = rates["rows"].as_array().unwrap();
            let page = desk.get(&format!("/ket-qua?{days}&by={by}")).await.expect(200);
            let lies = keys.contains(&by) || by == "channel";
            // What missed its target is drawn also where nothing was resolved; who has no figures is in the table alone.
            let verdict = if by.contains("sector") { "all_on_time" } else { "over_90" };
            let missed = rows.iter().filter(|row| row["targets"][verdict] == "missed").count();
            let told = rows.iter().filter(|row| !row["r1"].is_null() || row["targets"][verdict] == "missed").count();
            let drawn = by != "branch,week" && !(lies && (rows.len() < 2 || told == 0));
            assert_eq!(page.html.matches("<svg").count(), usize::from(drawn), "{by}");
            assert_eq!(page.html.matches("id=\"hatch\"").count(), usize::from(drawn), "{by}");
            let Some((_, chart)) = page.html.split_once("</defs>") else { continue };
            let (chart, rest) = chart.split_once("</figure>").unwrap();
            // Those who do not see it have the table below.
            assert!(rest.contains("<tbody>"), "{by}");
            assert_eq!(chart.matches("<rect").count(), told, "{by}: {chart}");
            assert_eq!(chart.matches("bar-missed").count(), missed, "{by}");
            assert!(chart.contains("class=\"target\""), "{by}: {chart}");
            for rate in rows.iter().map(|row| &row["r1"]).filter(|rate| !rate.is_null()) {
                let percent = rate["percent"].as_str().unwrap().replace('.', ",");
                assert!(chart.contains(&format!(">{percent}\u{a0}%</text>")), "{by}: {chart}");
                let of = format!("{}/{}", rate["numerator"], rate["denominator"]);
                assert!(chart.contains(&if lies { format!(" ({of})</text>") } else { format!(">{of}</text>") }), "{by}: {chart}");
            }
        }
        desk.get(&format!("/ket-qua?{days}&by=branch")).await.expect(200).says("Tỷ lệ đúng hạn theo đơn vị</figcaption>");
    }

    async fn a_chart_of_many_says_that_it_has_the_first(db: TestDatabase) {
        let house = crate::report::over_http::march(db).await;
        house.it_is("2026-06-30 09:00");
        let desk = house.surfer(Role::Office, None).await;
        let asking = house.sign_in_as(Role::Office, None).await;
        let days = "from=2026-03-01&to=2026-06-30&by=day";
        let all = asking.get(&format!("/rates?{days}")).await.expect(200).body["rows"].as_array().unwrap().len();
        assert!(all > 62, "{all}");
        desk.get(&format!("/ket-qua?{days}")).await.expect(200).says(&format!("Biểu đồ vẽ 62 kỳ đầu trong {all} kỳ."));
        desk.get("/ket-qua?from=2026-03-01&to=2026-03-31&by=day").await.expect(200).says_not("kỳ đầu trong");
    }

    async fn branches_and_sectors_kept_apart_say_how_far_it_is_as_the_api_does(db: TestDatabase) {
        let house = crate::report::over_http::march(db).await;
        let desk = house.surfer(Role::Office, None).await;
        let asking = house.sign_in_as(Role::Office, None).await;
        let days = "from=2026-03-01&to=2026-03-31";
        for (by, aims) in [("branch", 1), ("sector", 2), ("branch,sector", 2)] {
            let rates = asking.get(&format!("/rates?{days}&by={by}&distance=true")).await.expect(200).body;
            let rows = rates["rows"].as_array().unwrap();
            let page = desk.get(&format!("/ket-qua?{days}&by={by}")).await.expect(200).says("Kỳ trước: từ 01/02/2026 đến 28/02/2026.");
            let body = page.html.split("<tbody>").nth(2).unwrap().split("</tbody>").next().unwrap();
            let lines: Vec<&str> = body.split("<tr>").skip(1).collect();
            assert_eq!(lines.len(), rows.len() * aims, "{by}");
            for (line, far) in lines.iter().zip(rows.iter().flat_map(|row| row["distance"].as_array().unwrap().iter().take(aims))) {
                let number = |name: &str, none: &str| far[name].as_i64().map_or(none.to_owned(), |number| number.to_string());
                for cell in [
                    format!("data-label=\"Còn được trễ\">{}</td>", number("may_be_late", "–")),
                    format!("data-label=\"Cần đúng hạn liên tiếp\">{}</td>", number("needed_in_time", "không thể")),
                ] {
                    assert!(line.contains(&cell), "{by}: {cell} of {line}");
                }
            }
        }
        desk.get(&format!("/ket-qua?{days}&by=procedure")).await.expect(200).says_not("data-label=\"Còn được trễ\"");
        let officers = asking.get(&format!("/rates?{days}&by=officer")).await.expect(200).body;
        let officer = officers["rows"].as_array().unwrap().iter().find_map(|row| row["officer"].as_str()).unwrap();
        desk.get(&format!("/ket-qua?{days}&by=branch&officer={officer}")).await.expect(200).says("<tfoot>").says_not("data-label=\"Còn được trễ\"");

        // As the page begins, too: sectors are held against both targets, each by its name, and one officer against none.
        let all = asking.get(&format!("/rates?{days}&by=branch,sector&distance=true")).await.expect(200).body;
        let sectors = all["rows"].as_array().unwrap().len();
        let page = desk.get(&format!("/ket-qua?{days}")).await.expect(200);
        let details = page.html.rsplit("<details>").next().unwrap().split("</details>").next().unwrap();
        for target in ["Chỉ tiêu đơn vị:", "Chỉ tiêu lĩnh vực:"] {
            assert_eq!(details.matches(target).count(), sectors, "{target} of {details}");
        }
        desk.get(&format!("/ket-qua?{days}&officer={officer}")).await.expect(200).says_not("Chỉ tiêu lĩnh vực:").says_not("data-label=\"Còn được trễ\"");
    }

    async fn what_lies_at_a_step_with_nobody_is_listed_too(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let taken = take_in(&counter, "1.003650", "Nguyễn Thị Một").await;
        let code = taken.body["code"].as_str().unwrap().to_owned();
        let forwarding = format!("/dossiers/{code}/forwarding");
        counter.act(&forwarding, taken.version(), json!({"to_step": "tham_dinh"})).await.expect(200);
        let head = house.surfer(Role::Head, Some("TS")).await;
        let page = head.get("/ket-qua?from=2026-03-01&to=2026-03-31&by=officer").await.expect(200);
        let list = page.html.split("href=\"").find(|part| part.starts_with("/ket-qua/ho-so?figure=in_process&") && part.contains("officer=-"));
        let place = list.expect("a list of what nobody holds").split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        head.get(&place).await.expect(200).says("Đang giải quyết: 1 hồ sơ").says(&code);
    }

    async fn as_of_a_past_evening_the_page_says_what_the_api_answered_and_takes_the_day_along(db: TestDatabase) {
        let house = crate::report::over_http::march(db).await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        let asking = house.sign_in_as(Role::Head, Some("TS")).await;
        let days = "from=2026-03-01&to=2026-03-31&as_of=2026-03-12";
        let then = asking.get(&format!("/rates?{days}&by=branch")).await.expect(200).body;
        assert_eq!((&then["as_of"], &then["total"]["in_process"]["total"]), (&json!("2026-03-12"), &json!(3)));
        let page = head.get("/ket-qua?from=01/03/2026&to=31/03/2026&as_of=12/03/2026").await.expect(200)
            .says("<h1>Kết quả giải quyết hồ sơ, chốt đến hết ngày 12/03/2026</h1>");
        let mut lists = 0;
        for link in page.html.split("href=\"").filter(|part| part.starts_with("/ket-qua/ho-so?") && part.contains("as_of=")) {
            let (place, rest) = link.split_once('"').unwrap();
            assert!(place.contains("as_of=2026-03-12"), "{place}");
            let number = rest.split_once('>').unwrap().1.trim_start_matches("<b>").split('<').next().unwrap();
            head.get(&place.replace("&#38;", "&").replace("&amp;", "&")).await.expect(200).says(&format!(": {number} hồ sơ"));
            lists += 1;
        }
        assert!(lists >= 5, "only {lists} numbers of that evening have lists");
        let table = head.get(&format!("/ket-qua.csv?{days}&by=branch")).await.expect(200);
        assert!(table.header("content-disposition").unwrap().contains("ket-qua_2026-03-01_2026-03-31_chot-2026-03-12.csv"));
        assert!(table.html.trim().ends_with(",2026-03-12,first_promise"), "{}", table.html);
        head.get("/ket-qua?from=01/03/2026&to=31/03/2026&as_of=03/04/2026").await.expect(422)
            .says("aria-describedby=\"as-of-hint as-of-fault\"").says("value=\"03/04/2026\"");
    }

    async fn against_the_re_appointed_date_numbers_are_the_apis_and_have_no_lists(db: TestDatabase) {
        let house = crate::report::over_http::march(db).await;
        let head = house.surfer(Role::Head, Some("TS")).await;
        let asking = house.sign_in_as(Role::Head, Some("TS")).await;
        let days = "from=2026-03-01&to=2026-03-31&against=reappointed";
        let rates = asking.get(&format!("/rates?{days}&by=branch")).await.expect(200).body;
        let rate = &rates["total"]["r1"];
        let page = head.get(&format!("/ket-qua?{days}")).await.expect(200);
        page.says("<h1>Kết quả giải quyết hồ sơ theo ngày hẹn lại</h1>").says_not("href=\"/ket-qua/ho-so")
            .says(&format!("({}/{})", rate["numerator"], rate["denominator"]));
        let table = head.get(&format!("/ket-qua.csv?{days}&by=branch")).await.expect(200);
        assert!(table.html.trim().ends_with(",2026-03-31,reappointed"), "{}", table.html);
        assert!(table.header("content-disposition").unwrap().contains("_ngay-hen-lai.csv"));
        head.get("/ket-qua?from=01/03/2026&to=31/03/2026&against=tomorrow").await.expect(422);
    }
}
