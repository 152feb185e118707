//! The vocabularies of cyber-observable objects (STIX 2.1 chapter 10).

use crate::schema::Vocabulary;

/// The kinds of user accounts.
pub static ACCOUNT_TYPE_OV: Vocabulary = Vocabulary {
    name: "account-type-ov",
    open: true,
    terms: &[
        "facebook",
        "ldap",
        "nis",
        "openid",
        "radius",
        "skype",
        "tacacs",
        "twitter",
        "unix",
        "windows-local",
        "windows-domain",
    ],
};

/// How an artifact is encrypted.
pub static ENCRYPTION_ALGORITHM_ENUM: Vocabulary = Vocabulary {
    name: "encryption-algorithm-enum",
    open: false,
    terms: &["AES-256-GCM", "ChaCha20-Poly1305", "mime-type-indicated"],
};

/// The algorithms of hashes.
pub static HASH_ALGORITHM_OV: Vocabulary = Vocabulary {
    name: "hash-algorithm-ov",
    open: true,
    terms: &["MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH"],
};

/// The address families of sockets.
pub static NETWORK_SOCKET_ADDRESS_FAMILY_ENUM: Vocabulary = Vocabulary {
    name: "network-socket-address-family-enum",
    open: false,
    terms: &["AF_UNSPEC", "AF_INET", "AF_IPX", "AF_APPLETALK", "AF_NETBIOS", "AF_INET6", "AF_IRDA", "AF_BTH"],
};

/// The types of sockets.
pub static NETWORK_SOCKET_TYPE_ENUM: Vocabulary = Vocabulary {
    name: "network-socket-type-enum",
    open: false,
    terms: &["SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_RDM", "SOCK_SEQPACKET"],
};

/// How far Windows trusts a process.
pub static WINDOWS_INTEGRITY_LEVEL_ENUM: Vocabulary = Vocabulary {
    name: "windows-integrity-level-enum",
    open: false,
    terms: &["low", "medium", "high", "system"],
};

/// The kinds of executables of Windows.
pub static WINDOWS_PEBINARY_TYPE_OV: Vocabulary =
    Vocabulary { name: "windows-pebinary-type-ov", open: true, terms: &["dll", "exe", "sys"] };

/// The types of data in the registry of Windows.
pub static WINDOWS_REGISTRY_DATATYPE_ENUM: Vocabulary = Vocabulary {
    name: "windows-registry-datatype-enum",
    open: false,
    terms: &[
        "REG_NONE",
        "REG_SZ",
        "REG_EXPAND_SZ",
        "REG_BINARY",
        "REG_DWORD",
        "REG_DWORD_BIG_ENDIAN",
        "REG_DWORD_LITTLE_ENDIAN",
        "REG_LINK",
        "REG_MULTI_SZ",
        "REG_RESOURCE_LIST",
        "REG_FULL_RESOURCE_DESCRIPTION",
        "REG_RESOURCE_REQUIREMENTS_LIST",
        "REG_QWORD",
        "REG_INVALID_TYPE",
    ],
};

/// When a service of Windows is started.
pub static WINDOWS_SERVICE_START_TYPE_ENUM: Vocabulary = Vocabulary {
    name: "windows-service-start-type-enum",
    open: false,
    terms: &[
        "SERVICE_AUTO_START",
        "SERVICE_BOOT_START",
        "SERVICE_DEMAND_START",
        "SERVICE_DISABLED",
        "SERVICE_SYSTEM_ALERT",
    ],
};

/// The states of services of Windows.
pub static WINDOWS_SERVICE_STATUS_ENUM: Vocabulary = Vocabulary {
    name: "windows-service-status-enum",
    open: false,
    terms: &[
        "SERVICE_CONTINUE_PENDING",
        "SERVICE_PAUSE_PENDING",
        "SERVICE_PAUSED",
        "SERVICE_RUNNING",
        "SERVICE_START_PENDING",
        "SERVICE_STOP_PENDING",
        "SERVICE_STOPPED",
    ],
};

/// The kinds of services of Windows.
pub static WINDOWS_SERVICE_TYPE_ENUM: Vocabulary = Vocabulary {
    name: "windows-service-type-enum",
    open: false,
    terms: &[
        "SERVICE_KERNEL_DRIVER",
        "SERVICE_FILE_SYSTEM_DRIVER",
        "SERVICE_WIN32_OWN_PROCESS",
        "SERVICE_WIN32_SHARE_PROCESS",
    ],
};
