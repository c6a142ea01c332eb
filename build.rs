//! Embeds the built GraphiQL page (`web/dist`) where there is one, so that the server compiles without Node.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

const BUNDLE: &str = "web/dist";

fn main() -> io::Result<()> {
    let bundle = Path::new(BUNDLE);
    let built = bundle.join("index.html").is_file();
    // Cargo takes a watched path that isn't there for changed, each time; the folder above it notices a first build too.
    println!("cargo:rerun-if-changed={}", if built { BUNDLE } else { "web" });
    println!("cargo:rerun-if-changed=build.rs");

    let files = if built { files_below(bundle)? } else { Vec::new() };
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?);
    fs::write(out.join("graphiql_bundle.rs"), table(bundle, &files)?)
}

/// Every file below `folder`, in an order that is the same on every machine.
fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The Rust source of a slice with one `BundledFile` for each file.
fn table(bundle: &Path, files: &[PathBuf]) -> io::Result<String> {
    let mut rows = Vec::new();
    for file in files {
        let name = file.strip_prefix(bundle).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        let path = fs::canonicalize(file)?.to_string_lossy().into_owned();
        rows.push(format!("BundledFile {{ path: {name:?}, bytes: include_bytes!({path:?}) }}"));
    }
    Ok(format!("&[{}]", rows.join(",\n")))
}
