//! Whatever stands in the files: it is imported, or refused with its line.

use proptest::prelude::*;
use reseller_network::modules::import::{BadLine, ImportError, Report};
use tokio::runtime::Runtime;

use super::trade::{CHAIN, Files, as_slices};
use super::{HEADER, Network, OPTIONS, ROOT};
use crate::support::{Backend, TestDatabase, books};

/// A piece of a file, where `line` is such a line as could be right: mostly those, so that what comes after is read too.
fn piece(line: &'static str) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        9 => line.prop_map(String::into_bytes),
        2 => "[,\"\r\n]{1,8}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ]
}

/// Some lines of a file, most of them good.
fn lines(line: &'static str) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(piece(line), 0..8).prop_map(|pieces| pieces.concat())
}

const RESELLER: &str = "[a-c](/[a-c])?,(root|[a-c]),[A-Z\"]{1,3},201[0-9]-[01][0-9]-[0-3][0-9],(USD|EUR)\r?\n";
const PRODUCT: &str = "[P-R],[A-Z ]{1,3},Office,(Pens)?,-?[0-9]{1,3},(USD|EUR)\r?\n";
const PRICE: &str = "(root|land|land[-/]a),[P-R],-?[0-9]{1,3},(USD|EUR)\r?\n";
const ORDER: &str = "[1-5],land(/a)?,2015-01-0[1-9],2015-01-0[1-9],DELIVERED,[0-9],(USD|EUR)\r?\n";
const LINE: &str = "[1-5],[P-R],[0-2],[0-9]\n";

/// Imports `files` into a database that has some of them already. What was created is there, or else a line is to blame.
fn imported(runtime: &Runtime, network: &Network, files: &[(&str, &[u8])]) -> Result<Option<Report>, TestCaseError> {
    match runtime.block_on(network.import_files(files, OPTIONS)) {
        Ok(report) => Ok(Some(report)),
        Err(ImportError::BadLine(BadLine { file, line, .. })) => {
            let (_, bytes) = files.iter().find(|(name, _)| *name == file).expect("one of the files");
            let lines = bytes.split(|byte| *byte == b'\n').count() as u64;
            prop_assert!((1..=lines).contains(&line), "line {} of {} in {}", line, lines, file);
            Ok(None)
        }
        Err(error) => Err(TestCaseError::fail(error.to_string())),
    }
}

#[test]
fn any_bytes_are_imported_or_refused_with_their_line() {
    let runtime = Runtime::new().expect("a runtime");
    let database = runtime.block_on(TestDatabase::new(Backend::Sqlite));
    let network = runtime.block_on(Network::new(&database));
    let file = (prop::bool::weighted(0.9), prop::bool::weighted(0.7), lines(RESELLER));
    proptest!(ProptestConfig::with_cases(200), |((with_header, with_root, lines) in file)| {
        let header = if with_header { HEADER } else { "" };
        let root = if with_root { ROOT } else { "" };
        let file = [header.as_bytes(), root.as_bytes(), &lines].concat();
        let before = runtime.block_on(network.chain()).len() as u64;
        let report = imported(&runtime, &network, &[("resellers.csv", &file)])?.unwrap_or_default();
        prop_assert_eq!(runtime.block_on(network.chain()).len() as u64, before + report.resellers.created);
    });
}

#[test]
fn any_bytes_of_trade_are_imported_or_refused_with_their_line() {
    let runtime = Runtime::new().expect("a runtime");
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let database = runtime.block_on(TestDatabase::new(backend));
        let network = runtime.block_on(Network::new(&database));
        let files = (lines(PRODUCT), lines(PRICE), lines(ORDER), lines(LINE));
        proptest!(ProptestConfig::with_cases(150), |((products, prices, orders, lines) in files)| {
            // An empty line is none.
            let mut files = Files { resellers: CHAIN, products: "\n", prices: "\n", orders: "\n", lines: "\n" }.whole();
            for ((_, file), lines) in files[1..].iter_mut().zip([products, prices, orders, lines]) {
                file.extend(lines);
            }
            imported(&runtime, &network, &as_slices(&files))?;
            runtime.block_on(books::accounts(&network.outside));
        });
    }
}
