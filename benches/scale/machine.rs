//! What the machine and its processes say of themselves (Linux: /proc).

use std::fs::read_to_string;

/// Milliseconds of processor that a process has used, and those of its children that have ended.
pub fn cpu_ms(process: u32) -> u64 {
    let stat = read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // utime, stime, cutime, cstime, in hundredths of a second.
    (11..15).filter_map(|n| fields.get(n)?.parse::<u64>().ok()).sum::<u64>() * 10
}

fn parent(process: u32) -> Option<u32> {
    let stat = read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()
}

pub fn children(process: u32) -> Vec<u32> {
    let Ok(all) = std::fs::read_dir("/proc") else { return Vec::new() };
    all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|child| parent(*child) == Some(process))
        .collect()
}

/// The same with all that it has started and that still runs.
pub fn cpu_ms_with_children(process: u32) -> u64 {
    cpu_ms(process) + children(process).into_iter().map(cpu_ms).sum::<u64>()
}

/// Megabytes of memory a process holds.
pub fn memory_mb(process: u32) -> f64 {
    megabytes(process, "VmRSS:")
}

/// The most it has held so far.
pub fn most_memory_mb(process: u32) -> f64 {
    megabytes(process, "VmHWM:")
}

fn megabytes(process: u32, field: &str) -> f64 {
    let status = read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

pub fn load_average() -> f64 {
    let load = read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or_default()
}

pub fn processor() -> String {
    let info = read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{cores} × {}", model.map_or("?", |(_, name)| name.trim()))
}
