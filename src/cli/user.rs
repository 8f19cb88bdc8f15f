//! `motcua user add|list|password`: accounts, for who has the machine: the first administrator comes from here.

use super::{CliError, Done, Setup, say};
use crate::account::{self, NewOfficer, Password, hash_password};
use crate::domain::people;
use crate::domain::role::Role;
use crate::failure::{Failure, FieldFault};
use std::io::Read as _;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Tạo tài khoản; mật khẩu đọc từ đầu vào chuẩn
    Add(Add),
    /// Liệt kê tài khoản
    List,
    /// Đặt lại mật khẩu; mọi phiên đăng nhập của tài khoản kết thúc
    Password(SetPassword),
}

#[derive(clap::Args)]
struct Add {
    /// Tên đăng nhập: a–z, chữ số, dấu . - _
    #[arg(value_name = "TÊN")]
    name: String,
    /// Vai trò: counter, handler, head, office, admin
    #[arg(long, value_name = "VAI_TRÒ", value_parser = role)]
    role: Role,
    /// Mã chi cục; cần cho counter, handler, head
    #[arg(long, value_name = "MÃ")]
    branch: Option<String>,
    /// Họ và tên; mặc định là tên đăng nhập
    #[arg(long, value_name = "HỌ_TÊN")]
    full_name: Option<String>,
    /// Chức vụ, dùng khi ký thư
    #[arg(long, value_name = "CHỨC_VỤ")]
    title: Option<String>,
    /// Địa chỉ thư điện tử, để nhận thư nhắc việc
    #[arg(long, value_name = "ĐỊA_CHỈ")]
    email: Option<String>,
    /// Đọc mật khẩu từ đầu vào chuẩn (bắt buộc: mật khẩu trên dòng lệnh ai cũng thấy)
    #[arg(long, required = true)]
    password_stdin: bool,
}

#[derive(clap::Args)]
struct SetPassword {
    /// Tên đăng nhập
    #[arg(value_name = "TÊN")]
    name: String,
    /// Đọc mật khẩu từ đầu vào chuẩn (bắt buộc)
    #[arg(long, required = true)]
    password_stdin: bool,
}

fn role(word: &str) -> Result<Role, String> {
    word.parse().map_err(|_unknown| {
        let known: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("vai trò là một trong: {}", known.join(", "))
    })
}

pub fn run(args: Args, setup: Setup) -> Done {
    match args.what {
        What::Add(args) => add(args, setup),
        What::List => list(setup),
        What::Password(args) => set_password(args, setup),
    }
}

fn add(args: Add, setup: Setup) -> Done {
    let full_name = line("full_name", args.full_name.as_deref().unwrap_or(&args.name))?;
    let title = args.title.as_deref().map(|title| line("title", title)).transpose()?;
    let email = args.email.as_deref().map(email).transpose()?;
    let password_hash = hash_password(&password_from_stdin()?)?;
    let db = setup.open_migrated()?;
    let (name, role, now) = (args.name.clone(), args.role, setup.clock.now());
    let branch_code = args.branch;
    let added = db.write_blocking(move |conn| {
        let branch = match &branch_code {
            Some(code) => Some(
                account::branch_by_code(conn, code)?
                    .ok_or_else(|| Failure::field("/branch", "no-such-branch"))?,
            ),
            None => None,
        };
        let new = NewOfficer {
            username: name.clone(),
            full_name: full_name.clone(),
            title: title.clone(),
            role,
            branch,
            email: email.clone(),
            password_hash: password_hash.clone(),
        };
        account::create_officer(conn, now, new)
    });
    match added {
        Ok(_) => say(format_args!("Đã tạo tài khoản {} ({role}).", args.name.to_lowercase())),
        Err(Failure::Conflict("username-taken")) => {
            Err(CliError::failed(format!("tài khoản {} đã có", args.name.to_lowercase())))
        }
        Err(failure) => Err(failure.into()),
    }
}

fn list(setup: Setup) -> Done {
    let db = setup.open_migrated()?;
    for account in db.read_blocking(account::everybody)? {
        let branch = account.branch_code.as_deref().unwrap_or("-");
        let standing = if account.active { "" } else { "\tngừng hoạt động" };
        say(format_args!(
            "{}\t{}\t{branch}\t{}{standing}",
            account.username, account.role, account.full_name
        ))?;
    }
    Ok(())
}

fn set_password(args: SetPassword, setup: Setup) -> Done {
    let hash = hash_password(&password_from_stdin()?)?;
    let db = setup.open_migrated()?;
    let (name, now) = (args.name.to_lowercase(), setup.clock.now());
    let known = db.write_blocking(move |conn| account::set_password(conn, &name, &hash, now));
    match known {
        Ok(()) => say(format_args!("Đã đặt lại mật khẩu của {}.", args.name.to_lowercase())),
        Err(Failure::NotFound(_)) => Err(CliError::failed(format!("không có tài khoản {}", args.name))),
        Err(failure) => Err(failure.into()),
    }
}

/// The first line of standard input.
fn password_from_stdin() -> Result<Password, CliError> {
    let mut typed = String::new();
    std::io::stdin()
        .read_to_string(&mut typed)
        .map_err(|error| CliError::failed(format!("không đọc được mật khẩu: {error}")))?;
    let typed = typed.strip_suffix('\n').unwrap_or(&typed);
    let typed = typed.strip_suffix('\r').unwrap_or(typed);
    Ok(Password::chosen(typed)
        .map_err(|fault| Failure::Invalid(vec![FieldFault { pointer: "/password".to_owned(), ..fault }]))?)
}

fn email(text: &str) -> Result<String, CliError> {
    Ok(people::email(text).map_err(|fault| Failure::field("/email", fault.code()))?)
}

fn line(field: &str, text: &str) -> Result<String, CliError> {
    Ok(people::line(text, 100).map_err(|fault| Failure::field(format!("/{field}"), fault.code()))?)
}
