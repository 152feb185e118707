//! Whether this user may use a database file. SQLite's own message for a closed folder names the file instead.

use std::io::{self, ErrorKind};
use std::path::Path;

/// Checks that the file can be read and written, or made, and that files can be made beside it, without touching anything.
///
/// # Errors
/// Permissions are missing, or the folder is: in one sentence that says what to change.
pub(in crate::storage) fn check_access(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let text = format!("cannot make `{}`: there is no folder `{}`", path.display(), folder.display());
        return Err(io::Error::new(ErrorKind::NotFound, text));
    }
    if path.is_dir() {
        return Err(io::Error::new(ErrorKind::IsADirectory, format!("`{}` is a folder", path.display())));
    }
    if path.exists() && !is_writable(path) {
        let text =
            format!("cannot write to `{}`: give this user the right to read and write it", path.display());
        return Err(io::Error::new(ErrorKind::PermissionDenied, text));
    }
    if !is_writable(folder) {
        let text = format!(
            "cannot make files in the folder `{}`, where SQLite keeps its log beside the database: give this user the \
             right to write to the folder (in a container, mount the folder and not the file alone)",
            folder.display()
        );
        return Err(io::Error::new(ErrorKind::PermissionDenied, text));
    }
    Ok(())
}

/// Whether this user may read and write the file, or list the folder and make files in it.
#[cfg(unix)]
fn is_writable(path: &Path) -> bool {
    use rustix::fs::{Access, access};

    let wanted = Access::READ_OK | Access::WRITE_OK;
    let wanted = if path.is_dir() { Access::WRITE_OK | Access::EXEC_OK } else { wanted };
    access(path, wanted).is_ok()
}

#[cfg(not(unix))]
fn is_writable(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| !file.permissions().readonly())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = check_access(&folder.path().join("no/taxii.db")).unwrap_err().to_string();
        assert!(error.contains("there is no folder") && error.contains("/no`"), "{error}");
        assert!(check_access(folder.path()).unwrap_err().to_string().ends_with("is a folder"));
        check_access(&folder.path().join("taxii.db")).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is made");
    }
}
