//! The suite, where Node and the package are at hand.

use std::path::Path;

use evenkeel_conformance::{Suite, everything};

#[tokio::test(flavor = "multi_thread")]
async fn our_servers_and_our_client_conform() {
    let suite = match Suite::find() {
        Ok(suite) => suite,
        Err(missing) => {
            eprintln!(
                "\n!!! SKIPPED: nothing was held against the protocol's conformance suite.\n!!! {missing}\n"
            );
            return;
        }
    };
    let program = Path::new(env!("CARGO_BIN_EXE_evenkeel-conformance"));
    match everything(&suite, program).await {
        Ok(tables) => println!("{tables}"),
        Err(differences) => panic!("{differences:#}"),
    }
}
