//! Codes of states and organisations: ISO 3166-1 and the additions of Doc 9303 part 3 §5.

/// ISO 3166-1: the two letters in forms, then the three letters on documents.
const STATES: &str = "\
    ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE BABIH BBBRB BDBGD BEBEL BFBFA \
    BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BVBVT BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG \
    CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU \
    EEEST EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF GGGGY GHGHA GIGIB GLGRL \
    GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD \
    IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO \
    LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD MLMLI MMMMR MNMNG \
    MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL \
    NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU \
    RSSRB RURUS RWRWA SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD STSTP SVSLV \
    SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA \
    UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR VNVNM VUVUT WFWLF WSWSM YEYEM YTMYT ZAZAF ZMZMB ZWZWE";

/// The additions of Doc 9303 part 3 §5 (eighth edition), in its order: Germany's one letter, British persons without
/// citizenship and Kosovo (A); the European Union (B); the United Nations (C); organisations (D); stateless persons and
/// refugees (E); the Netherlands Antilles and the Neutral Zone, which ISO has withdrawn (F); the Utopia of specimens
/// (G); ICAO, which signs with its own (H).
const ADDITIONS: [&str; 30] = [
    "GBD", "GBN", "GBO", "GBP", "GBS", "D", "RKS", "EUE", "UNO", "UNA", "UNK", "XBA", "XIM", "XCC", "XCE", "XCO",
    "XEC", "XPO", "XES", "XMP", "XOM", "XDC", "XXA", "XXB", "XXC", "XXX", "ANT", "NTZ", "UTO", "IAO",
];

/// The code that a zone prints for a state given by its two letters: `ES` → `ESP`. Germany prints `D`, for which see
/// [`same`].
pub fn alpha3(alpha2: &str) -> Option<&'static str> {
    pairs().find(|(two, _)| two.eq_ignore_ascii_case(alpha2)).map(|(_, three)| three)
}

/// The two letters of the state behind a code as zones print it: `ESP` → `ES`, `D` → `DE`. `None` for organisations,
/// refugees and specimens.
pub fn alpha2(code: &str) -> Option<&'static str> {
    pairs().find(|(_, three)| same(three, code)).map(|(two, _)| two)
}

/// States whose passports people of other countries of ISO 3166-1 carry, and these: the Crown dependencies and overseas
/// territories of Britain, Hong Kong and Macao, whose passports bear the code of China.
const TERRITORIES: [(&str, &[&str]); 2] = [
    ("GB", &["GG", "IM", "JE", "AI", "BM", "FK", "GI", "GS", "IO", "KY", "MS", "PN", "SH", "TC", "VG"]),
    ("CN", &["HK", "MO"]),
];

/// Whether a holder may name the country (two letters) for a document with this code: the state itself, a territory
/// whose people carry its passports, or the state whose territory issued it. `GBD`, `GBN`, `GBO`, `GBP` and `GBS` are
/// Britain.
pub fn may_be(code: &str, country: &str) -> bool {
    countries(code).iter().any(|one| one.eq_ignore_ascii_case(country))
}

/// The countries (two letters) for which [`may_be`] holds, the issuing one first. Empty for organisations, refugees and
/// specimens.
pub fn countries(code: &str) -> Vec<&'static str> {
    let british = matches!(code, "GBD" | "GBN" | "GBO" | "GBP" | "GBS");
    let Some(issuer) = (if british { Some("GB") } else { alpha2(code) }) else { return Vec::new() };
    let territories = TERRITORIES.iter().filter(|(state, _)| *state == issuer).flat_map(|(_, all)| all.iter().copied());
    let states = TERRITORIES.iter().filter(|(_, all)| all.contains(&issuer)).map(|(state, _)| *state);
    std::iter::once(issuer).chain(territories).chain(states).collect()
}

/// Whether a zone may have this code, given without fillers.
pub fn is_known(code: &str) -> bool {
    pairs().any(|(_, three)| three == code) || ADDITIONS.contains(&code)
}

/// Whether two codes are the same state: Germany is `D` in zones and `DEU` elsewhere.
pub fn same(one: &str, other: &str) -> bool {
    let whole = |code| if code == "D" { "DEU" } else { code };
    whole(one) == whole(other)
}

fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    STATES.split_ascii_whitespace().map(|state| state.split_at(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_249_codes_are_distinct_and_well_formed() {
        let mut all: Vec<_> = pairs().collect();
        assert!(all.iter().all(|(two, three)| two.len() == 2 && three.len() == 3));
        all.sort_unstable_by_key(|&(_, three)| three);
        all.dedup_by_key(|&mut (_, three)| three);
        assert_eq!(all.len(), 249);
    }

    #[test]
    fn codes_are_found_and_germany_is_one_letter() {
        assert_eq!((alpha3("ES"), alpha3("pt"), alpha3("XX")), (Some("ESP"), Some("PRT"), None));
        assert_eq!((alpha2("ESP"), alpha2("D"), alpha2("DEU")), (Some("ES"), Some("DE"), Some("DE")));
        assert_eq!(["UTO", "GBD", "esp", "ES", ""].map(alpha2), [None; 5]);
        assert!(["ESP", "D", "UTO", "XDC", "ANT"].into_iter().all(is_known));
        assert!(!["ESB", "O", "DE", "GBB", ""].into_iter().any(is_known));
        assert!(same("D", "DEU") && same("ESP", "ESP") && !same("ESP", "PRT"));
    }
}
