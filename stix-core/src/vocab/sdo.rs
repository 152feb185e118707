//! The vocabularies of domain objects (STIX 2.1 chapter 10).

use crate::schema::Vocabulary;

/// Why somebody attacks.
pub static ATTACK_MOTIVATION_OV: Vocabulary = Vocabulary {
    name: "attack-motivation-ov",
    open: true,
    terms: &[
        "accidental",
        "coercion",
        "dominance",
        "ideology",
        "notoriety",
        "organizational-gain",
        "personal-gain",
        "personal-satisfaction",
        "revenge",
        "unpredictable",
    ],
};

/// How organized those are who attack.
pub static ATTACK_RESOURCE_LEVEL_OV: Vocabulary = Vocabulary {
    name: "attack-resource-level-ov",
    open: true,
    terms: &["individual", "club", "contest", "team", "organization", "government"],
};

/// What the objects of a grouping have in common.
pub static GROUPING_CONTEXT_OV: Vocabulary = Vocabulary {
    name: "grouping-context-ov",
    open: true,
    terms: &["suspicious-activity", "malware-analysis", "unspecified"],
};

/// What kind of entity an identity is.
pub static IDENTITY_CLASS_OV: Vocabulary = Vocabulary {
    name: "identity-class-ov",
    open: true,
    terms: &["individual", "group", "system", "organization", "class", "unknown"],
};

/// The programming languages of malware.
pub static IMPLEMENTATION_LANGUAGE_OV: Vocabulary = Vocabulary {
    name: "implementation-language-ov",
    open: true,
    terms: &[
        "applescript",
        "bash",
        "c",
        "c++",
        "c#",
        "go",
        "java",
        "javascript",
        "lua",
        "objective-c",
        "perl",
        "php",
        "powershell",
        "python",
        "ruby",
        "rust",
        "scala",
        "swift",
        "typescript",
        "visual-basic",
        "x86-32",
        "x86-64",
    ],
};

/// What kind of activity an indicator points to.
pub static INDICATOR_TYPE_OV: Vocabulary = Vocabulary {
    name: "indicator-type-ov",
    open: true,
    terms: &[
        "anomalous-activity",
        "anonymization",
        "benign",
        "compromised",
        "malicious-activity",
        "attribution",
        "unknown",
    ],
};

/// The sectors of industry.
pub static INDUSTRY_SECTOR_OV: Vocabulary = Vocabulary {
    name: "industry-sector-ov",
    open: true,
    terms: &[
        "agriculture",
        "aerospace",
        "automotive",
        "chemical",
        "commercial",
        "communications",
        "construction",
        "defense",
        "education",
        "energy",
        "entertainment",
        "financial-services",
        "government",
        "emergency-services",
        "government-local",
        "government-national",
        "government-public-services",
        "government-regional",
        "healthcare",
        "hospitality-leisure",
        "infrastructure",
        "dams",
        "nuclear",
        "water",
        "insurance",
        "legal",
        "manufacturing",
        "mining",
        "non-profit",
        "pharmaceuticals",
        "retail",
        "technology",
        "telecommunications",
        "transportation",
        "utilities",
    ],
};

/// What infrastructure is used for.
pub static INFRASTRUCTURE_TYPE_OV: Vocabulary = Vocabulary {
    name: "infrastructure-type-ov",
    open: true,
    terms: &[
        "amplification",
        "anonymization",
        "botnet",
        "command-and-control",
        "control-system",
        "exfiltration",
        "firewall",
        "hosting-malware",
        "hosting-target-lists",
        "phishing",
        "reconnaissance",
        "routers-switches",
        "staging",
        "workstation",
        "unknown",
    ],
};

/// What malware is able to do.
pub static MALWARE_CAPABILITIES_OV: Vocabulary = Vocabulary {
    name: "malware-capabilities-ov",
    open: true,
    terms: &[
        "accesses-remote-machines",
        "anti-debugging",
        "anti-disassembly",
        "anti-emulation",
        "anti-memory-forensics",
        "anti-sandbox",
        "anti-vm",
        "captures-input-peripherals",
        "captures-output-peripherals",
        "captures-system-state-data",
        "cleans-traces-of-infection",
        "commits-fraud",
        "communicates-with-c2",
        "compromises-data-availability",
        "compromises-data-integrity",
        "compromises-system-availability",
        "controls-local-machine",
        "degrades-security-software",
        "degrades-system-updates",
        "determines-c2-server",
        "emails-spam",
        "escalates-privileges",
        "evades-av",
        "exfiltrates-data",
        "fingerprints-host",
        "hides-artifacts",
        "hides-executing-code",
        "infects-files",
        "infects-remote-machines",
        "installs-other-components",
        "persists-after-system-reboot",
        "prevents-artifact-access",
        "prevents-artifact-deletion",
        "probes-network-environment",
        "self-modifies",
        "steals-authentication-credentials",
        "violates-system-operational-integrity",
    ],
};

/// What an analysis holds malware to be.
pub static MALWARE_RESULT_OV: Vocabulary = Vocabulary {
    name: "malware-result-ov",
    open: true,
    terms: &["malicious", "suspicious", "benign", "unknown"],
};

/// What malware does to its victims.
pub static MALWARE_TYPE_OV: Vocabulary = Vocabulary {
    name: "malware-type-ov",
    open: true,
    terms: &[
        "adware",
        "backdoor",
        "bot",
        "bootkit",
        "ddos",
        "downloader",
        "dropper",
        "exploit-kit",
        "keylogger",
        "ransomware",
        "remote-access-trojan",
        "resource-exploitation",
        "rogue-security-software",
        "rootkit",
        "screen-capture",
        "spyware",
        "trojan",
        "unknown",
        "virus",
        "webshell",
        "wiper",
        "worm",
    ],
};

/// How far somebody agrees, from not at all to fully.
pub static OPINION_ENUM: Vocabulary = Vocabulary {
    name: "opinion-enum",
    open: false,
    terms: &["strongly-disagree", "disagree", "neutral", "agree", "strongly-agree"],
};

/// The languages of detection patterns.
pub static PATTERN_TYPE_OV: Vocabulary = Vocabulary {
    name: "pattern-type-ov",
    open: true,
    terms: &["stix", "pcre", "sigma", "snort", "suricata", "yara"],
};

/// The architectures of processors.
pub static PROCESSOR_ARCHITECTURE_OV: Vocabulary = Vocabulary {
    name: "processor-architecture-ov",
    open: true,
    terms: &["alpha", "arm", "ia-64", "mips", "powerpc", "sparc", "x86", "x86-64"],
};

/// The regions of the world.
pub static REGION_OV: Vocabulary = Vocabulary {
    name: "region-ov",
    open: true,
    terms: &[
        "africa",
        "eastern-africa",
        "middle-africa",
        "northern-africa",
        "southern-africa",
        "western-africa",
        "americas",
        "caribbean",
        "central-america",
        "latin-america-caribbean",
        "northern-america",
        "south-america",
        "asia",
        "central-asia",
        "eastern-asia",
        "southern-asia",
        "south-eastern-asia",
        "western-asia",
        "europe",
        "eastern-europe",
        "northern-europe",
        "southern-europe",
        "western-europe",
        "oceania",
        "antarctica",
        "australia-new-zealand",
        "melanesia",
        "micronesia",
        "polynesia",
    ],
};

/// What a report is mainly about.
pub static REPORT_TYPE_OV: Vocabulary = Vocabulary {
    name: "report-type-ov",
    open: true,
    terms: &[
        "attack-pattern",
        "campaign",
        "identity",
        "incident",
        "indicator",
        "intrusion-set",
        "malware",
        "observed-data",
        "threat-actor",
        "threat-report",
        "tool",
        "vulnerability",
    ],
};

/// The parts that threat actors play.
pub static THREAT_ACTOR_ROLE_OV: Vocabulary = Vocabulary {
    name: "threat-actor-role-ov",
    open: true,
    terms: &[
        "agent",
        "director",
        "independent",
        "infrastructure-architect",
        "infrastructure-operator",
        "malware-author",
        "sponsor",
    ],
};

/// The skill of threat actors, from the least to the greatest.
pub static THREAT_ACTOR_SOPHISTICATION_OV: Vocabulary = Vocabulary {
    name: "threat-actor-sophistication-ov",
    open: true,
    terms: &["none", "minimal", "intermediate", "advanced", "expert", "innovator", "strategic"],
};

/// The kinds of threat actors.
pub static THREAT_ACTOR_TYPE_OV: Vocabulary = Vocabulary {
    name: "threat-actor-type-ov",
    open: true,
    terms: &[
        "activist",
        "competitor",
        "crime-syndicate",
        "criminal",
        "hacker",
        "insider-accidental",
        "insider-disgruntled",
        "nation-state",
        "private-sector",
        "sensationalist",
        "spy",
        "terrorist",
        "unknown",
    ],
};

/// What tools are used for.
pub static TOOL_TYPE_OV: Vocabulary = Vocabulary {
    name: "tool-type-ov",
    open: true,
    terms: &[
        "denial-of-service",
        "exploitation",
        "information-gathering",
        "network-capture",
        "credential-exploitation",
        "remote-access",
        "vulnerability-scanning",
        "unknown",
    ],
};
