//! Every incident in `cases/` must be decided today as it was decided when it happened.

use std::{fs::File, io::BufReader, path::PathBuf};

use evenkeel_engine::Settings;
use evenkeel_services::case_file;

fn cases() -> std::io::Result<Vec<PathBuf>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../cases");
    let files: std::io::Result<Vec<_>> =
        std::fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect();
    let mut files = files?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    files.sort();
    Ok(files)
}

#[test]
fn i4_every_recorded_incident_would_be_decided_the_same_today() {
    let files = cases().unwrap();
    assert!(!files.is_empty(), "there are no cases");
    let mut wrong = Vec::new();
    for path in &files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let file = BufReader::new(File::open(path).unwrap());
        match case_file::check(file, Settings::default().max_rounds) {
            Err(error) => wrong.push(format!("{name}: {}", error.sentence())),
            Ok(report) => {
                println!("{name}: {}, {} decisions", report.status, report.decisions);
                if report.decisions == 0 {
                    wrong.push(format!("{name}: nothing was decided in it"));
                }
                for moment in report.differences {
                    let decision = moment.decision.unwrap();
                    wrong.push(format!(
                        "{name}, record {} ({}): {}; today: {}\n    {}",
                        moment.seq,
                        moment.sentence,
                        decision.recorded,
                        decision.today,
                        decision.state.join("\n    ")
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
