//! The bare page that a receipt is measured beside: the same typesetter and page, with one line on it.

use motcua::documents::typeset::{Order, Press};

pub struct BarePage(Press);

impl BarePage {
    pub fn new() -> Self {
        Self(Press::of_this_program())
    }

    pub fn print(&self, n: usize) {
        let order = Order {
            template: "#set document(title: \"Bare\")\n#set page(paper: \"a5\")\n#set text(font: \"Liberation Serif\", lang: \"vi\")\nBare page".to_owned(),
            data: serde_json::json!({"n": n.to_string()}),
            ident: format!("bare-{n}"),
            dated: std::time::SystemTime::now().into(),
        };
        self.0.print(&order).expect("a page");
    }
}
