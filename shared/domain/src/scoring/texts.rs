//! The texts that people read about a score, in their language: what they can do, where something can be done, and
//! nothing that would help them do better with somebody else's document. For that, several reasons share a sentence.
//!
//! The order of each text is that of [`crate::actor::Language::ALL`]: Spanish, English, Basque, Galician, Catalan,
//! German.

use super::{Check, CheckResult, Reason};
use crate::actor::Language;

/// One for each language.
type Texts = [&'static str; 6];

impl Check {
    /// The check's outcome in the person's language, safe to show to them.
    pub const fn details(&self, language: Language) -> &'static str {
        match self.reason {
            Some(reason) => reason.text(language),
            None => of_result(self.result)[language as usize],
        }
    }
}

impl Reason {
    /// The reason in the person's language, safe to show to them.
    pub const fn text(self, language: Language) -> &'static str {
        of_reason(self)[language as usize]
    }
}

const fn of_reason(reason: Reason) -> &'static Texts {
    match reason {
        Reason::PictureTooSmall => &[
            "La imagen es demasiado pequeña. Acerque la cámara al documento.",
            "The picture is too small. Move the camera closer to the document.",
            "Irudia txikiegia da. Hurbildu kamera dokumentura.",
            "A imaxe é demasiado pequena. Achegue a cámara ao documento.",
            "La imatge és massa petita. Acosti la càmera al document.",
            "Das Bild ist zu klein. Gehen Sie mit der Kamera näher an das Dokument.",
        ],
        Reason::Blurred => &[
            "La imagen está borrosa. Sujete la cámara con firmeza y espere a que enfoque.",
            "The picture is blurred. Hold the camera still and let it focus.",
            "Irudia lausoa da. Eutsi kamerari tinko eta itxaron fokuratu arte.",
            "A imaxe está borrosa. Suxeite a cámara con firmeza e agarde a que enfoque.",
            "La imatge està borrosa. Aguanti la càmera amb fermesa i esperi que enfoqui.",
            "Das Bild ist unscharf. Halten Sie die Kamera ruhig und lassen Sie sie scharfstellen.",
        ],
        Reason::Glare => &[
            "Un reflejo tapa parte del documento. Inclínelo un poco o apague el flash.",
            "A reflection hides part of the document. Tilt it a little or turn off the flash.",
            "Isla batek dokumentuaren zati bat estaltzen du. Okertu pixka bat edo itzali flasha.",
            "Un reflexo tapa parte do documento. Incline o documento un pouco ou apague o flash.",
            "Un reflex tapa part del document. Inclini'l una mica o apagui el flaix.",
            "Eine Spiegelung verdeckt einen Teil des Dokuments. Neigen Sie es etwas oder schalten Sie den Blitz aus.",
        ],
        Reason::TooDark => &[
            "La imagen es demasiado oscura. Busque más luz.",
            "The picture is too dark. Find more light.",
            "Irudia ilunegia da. Bilatu argi gehiago.",
            "A imaxe é demasiado escura. Busque máis luz.",
            "La imatge és massa fosca. Busqui més llum.",
            "Das Bild ist zu dunkel. Sorgen Sie für mehr Licht.",
        ],
        Reason::TooBright => &[
            "La imagen es demasiado clara. Evite la luz directa.",
            "The picture is too bright. Avoid direct light.",
            "Irudia argiegia da. Saihestu zuzeneko argia.",
            "A imaxe é demasiado clara. Evite a luz directa.",
            "La imatge és massa clara. Eviti la llum directa.",
            "Das Bild ist zu hell. Vermeiden Sie direktes Licht.",
        ],
        Reason::LowContrast => &[
            "El texto apenas se distingue. Use una luz uniforme y limpie la lente.",
            "The print hardly stands out. Use even light and clean the lens.",
            "Testua ia ez da bereizten. Erabili argi uniformea eta garbitu lentea.",
            "O texto apenas se distingue. Use unha luz uniforme e limpe a lente.",
            "El text amb prou feines es distingeix. Faci servir una llum uniforme i netegi la lent.",
            "Der Druck hebt sich kaum ab. Sorgen Sie für gleichmäßiges Licht und reinigen Sie die Linse.",
        ],
        Reason::Blank => &[
            "En la imagen no se ve nada. Repita la foto.",
            "The picture shows nothing. Take it again.",
            "Irudian ez da ezer ikusten. Egin argazkia berriro.",
            "Na imaxe non se ve nada. Repita a foto.",
            "A la imatge no es veu res. Repeteixi la foto.",
            "Auf dem Bild ist nichts zu sehen. Machen Sie das Foto noch einmal.",
        ],
        Reason::CutOff => &[
            "El documento no cabe entero en la imagen. Fotografíelo completo.",
            "The document is cut off. Take a picture of all of it.",
            "Dokumentua moztuta dago. Atera argazkia osorik.",
            "O documento non cabe enteiro na imaxe. Fotografíeo completo.",
            "El document no hi cap sencer. Fotografiï'l complet.",
            "Das Dokument ist abgeschnitten. Fotografieren Sie es vollständig.",
        ],
        Reason::SidesAreTheSame => &[
            "Las dos imágenes son la misma. Fotografíe cada cara del documento.",
            "Both pictures are the same. Take one of each side of the document.",
            "Bi irudiak berdinak dira. Atera dokumentuaren alde bakoitzaren argazkia.",
            "As dúas imaxes son a mesma. Fotografíe cada cara do documento.",
            "Les dues imatges són la mateixa. Fotografiï cada cara del document.",
            "Beide Bilder sind gleich. Fotografieren Sie jede Seite des Dokuments.",
        ],
        Reason::SideMissing => &[
            "Falta una cara del documento. Fotografíe también la otra.",
            "A side of the document is missing. Take a picture of the other side too.",
            "Dokumentuaren alde bat falta da. Atera bestearen argazkia ere.",
            "Falta unha cara do documento. Fotografíe tamén a outra.",
            "Falta una cara del document. Fotografiï també l'altra.",
            "Eine Seite des Dokuments fehlt. Fotografieren Sie auch die andere Seite.",
        ],
        Reason::SeveralDocuments | Reason::SidesInconsistent => &[
            "Las imágenes no parecen de un solo documento. Fotografíe solo uno, por las dos caras.",
            "The pictures do not seem to be of one document. Take pictures of one only, on both sides.",
            "Irudiak ez dirudite dokumentu bakar batenak. Atera bakar baten argazkiak, bi aldeetatik.",
            "As imaxes non parecen dun só documento. Fotografíe só un, polas dúas caras.",
            "Les imatges no semblen d'un sol document. Fotografiï'n només un, per les dues cares.",
            "Die Bilder scheinen nicht von einem einzigen Dokument zu sein. Fotografieren Sie nur eines, von beiden Seiten.",
        ],
        Reason::ZoneAbsent => &[
            "No se ven las líneas de letras y signos < del documento. Fotografíe la cara que las lleva.",
            "The lines of letters and < signs were not found. Take a picture of the side that bears them.",
            "Ez dira aurkitu letren eta < zeinuen lerroak. Atera lerro horiek dituen aldearen argazkia.",
            "Non se ven as liñas de letras e signos < do documento. Fotografíe a cara que as leva.",
            "No es veuen les línies de lletres i signes < del document. Fotografiï la cara que les porta.",
            "Die Zeilen aus Buchstaben und <-Zeichen wurden nicht gefunden. Fotografieren Sie die Seite, auf der sie stehen.",
        ],
        Reason::ZoneUnreadable | Reason::ZoneDoubtful | Reason::CheckDigitsDoubtful | Reason::PrintUnreadable => &[
            "El documento no se lee con claridad. Acérquese, con buena luz y sin reflejos.",
            "The document cannot be read clearly. Move closer, in good light and without reflections.",
            "Dokumentua ez da argi irakurtzen. Hurbildu, argi onarekin eta islarik gabe.",
            "O documento non se le con claridade. Achéguese, con boa luz e sen reflexos.",
            "El document no es llegeix amb claredat. Acosti's, amb bona llum i sense reflexos.",
            "Das Dokument ist nicht deutlich lesbar. Gehen Sie näher heran, bei gutem Licht und ohne Spiegelungen.",
        ],
        Reason::NotAFront | Reason::PortraitAbsent => &[
            "No se reconoce la cara del documento que lleva la foto. Fotografíela entera, de cerca y con buena luz.",
            "The side with the portrait was not recognised. Take a picture of all of it, close up and in good light.",
            "Ez da ezagutu dokumentuaren argazkia duen aldea. Atera osorik, hurbiletik eta argi onarekin.",
            "Non se recoñece a cara do documento que leva a foto. Fotografíea enteira, de preto e con boa luz.",
            "No es reconeix la cara del document que porta la foto. Fotografiï-la sencera, de prop i amb bona llum.",
            "Die Seite mit dem Lichtbild wurde nicht erkannt. Fotografieren Sie sie vollständig, aus der Nähe und bei gutem Licht.",
        ],
        Reason::NotChecked => &[
            "Este punto no se comprueba aquí.",
            "This is not checked here.",
            "Puntu hau ez da hemen egiaztatzen.",
            "Este punto non se comproba aquí.",
            "Aquest punt no es comprova aquí.",
            "Dieser Punkt wird hier nicht geprüft.",
        ],
        Reason::Expired => &[
            "El documento está caducado.",
            "The document has expired.",
            "Dokumentua iraungita dago.",
            "O documento está caducado.",
            "El document ha caducat.",
            "Das Dokument ist abgelaufen.",
        ],
        Reason::TypeMismatch | Reason::CountryMismatch | Reason::NumberMismatch | Reason::NameMismatch => &[
            "El documento no coincide con los datos indicados.",
            "The document does not match the details that were given.",
            "Dokumentua ez dator bat emandako datuekin.",
            "O documento non coincide cos datos indicados.",
            "El document no coincideix amb les dades indicades.",
            "Das Dokument stimmt nicht mit den angegebenen Daten überein.",
        ],
        Reason::NameDoubtful => &[
            "El nombre del documento no coincide del todo con el indicado. Revise el nombre y los apellidos indicados.",
            "The name on the document is not completely the one that was given. Check the names that were given.",
            "Dokumentuko izena ez dator guztiz bat emandakoarekin. Egiaztatu emandako izen-abizenak.",
            "O nome do documento non coincide de todo co indicado. Revise o nome e os apelidos indicados.",
            "El nom del document no coincideix del tot amb l'indicat. Revisi el nom i els cognoms indicats.",
            "Der Name auf dem Dokument stimmt nicht ganz mit dem angegebenen überein. Prüfen Sie die angegebenen Namen.",
        ],
        Reason::UnsupportedDocument => &[
            "Este tipo de documento no se puede comprobar aquí.",
            "This kind of document cannot be checked here.",
            "Dokumentu mota hau ezin da hemen egiaztatu.",
            "Este tipo de documento non se pode comprobar aquí.",
            "Aquest tipus de document no es pot comprovar aquí.",
            "Diese Art von Dokument kann hier nicht geprüft werden.",
        ],
        Reason::NotAnIdentityDocument => &[
            "La imagen no parece la de un documento de identidad.",
            "The picture does not seem to be of an identity document.",
            "Irudiak ez dirudi nortasun-agiri batena.",
            "A imaxe non parece a dun documento de identidade.",
            "La imatge no sembla la d'un document d'identitat.",
            "Das Bild scheint kein Ausweisdokument zu zeigen.",
        ],
        Reason::Photocopy | Reason::ScreenRecapture | Reason::PrintAttack => &[
            "Fotografíe el documento original, no una copia ni una pantalla.",
            "Take a picture of the original document, not of a copy or a screen.",
            "Atera jatorrizko dokumentuaren argazkia, ez kopia edo pantaila batena.",
            "Fotografíe o documento orixinal, non unha copia nin unha pantalla.",
            "Fotografiï el document original, no una còpia ni una pantalla.",
            "Fotografieren Sie das Original, keine Kopie und keinen Bildschirm.",
        ],
        Reason::CheckDigitsWrong
        | Reason::NationalControlWrong
        | Reason::DatesImpossible
        | Reason::SuspiciousWords
        | Reason::ImageManipulated
        | Reason::OnlineDuplicate
        | Reason::DataInconsistent
        | Reason::NotAuthentic => &[
            "No se ha podido confirmar el documento.",
            "The document could not be confirmed.",
            "Ezin izan da dokumentua berretsi.",
            "Non se puido confirmar o documento.",
            "No s'ha pogut confirmar el document.",
            "Das Dokument konnte nicht bestätigt werden.",
        ],
        Reason::PortraitMismatch | Reason::PortraitNotJudged => &[
            "No se ha podido comparar el rostro con el del documento.",
            "The face could not be matched with the one on the document.",
            "Ezin izan da aurpegia dokumentukoarekin alderatu.",
            "Non se puido comparar o rostro co do documento.",
            "No s'ha pogut comparar el rostre amb el del document.",
            "Das Gesicht konnte nicht mit dem des Dokuments abgeglichen werden.",
        ],
        Reason::PictureSeenBefore => &[
            "Haga una foto nueva del documento.",
            "Take a new picture of the document.",
            "Atera dokumentuaren argazki berri bat.",
            "Faga unha foto nova do documento.",
            "Faci una foto nova del document.",
            "Machen Sie ein neues Foto des Dokuments.",
        ],
        Reason::NumberSeenBefore => &[
            "No se han podido confirmar los datos indicados. Revise el nombre y el número.",
            "The details that were given could not be confirmed. Check the name and the number.",
            "Ezin izan dira emandako datuak berretsi. Egiaztatu izena eta zenbakia.",
            "Non se puideron confirmar os datos indicados. Revise o nome e o número.",
            "No s'han pogut confirmar les dades indicades. Revisi el nom i el número.",
            "Die angegebenen Daten konnten nicht bestätigt werden. Prüfen Sie Namen und Nummer.",
        ],
        Reason::ProviderInconclusive => &[
            "No se ha podido decidir con esta imagen. Repita la foto con buena luz.",
            "This picture was not enough to decide. Take it again in good light.",
            "Irudi hau ez da nahikoa izan erabakitzeko. Egin argazkia berriro argi onarekin.",
            "Non se puido decidir con esta imaxe. Repita a foto con boa luz.",
            "No s'ha pogut decidir amb aquesta imatge. Repeteixi la foto amb bona llum.",
            "Mit diesem Bild ließ es sich nicht entscheiden. Machen Sie es bei gutem Licht noch einmal.",
        ],
        Reason::ProviderResultLost => &[
            "El resultado ya no está disponible. Hay que empezar de nuevo.",
            "The result is no longer available. Please start again.",
            "Emaitza jada ez dago eskuragarri. Berriro hasi behar da.",
            "O resultado xa non está dispoñible. Hai que comezar de novo.",
            "El resultat ja no està disponible. Cal tornar a començar.",
            "Das Ergebnis ist nicht mehr verfügbar. Bitte beginnen Sie von vorn.",
        ],
    }
}

/// The text of a check without a reason.
const fn of_result(result: CheckResult) -> &'static Texts {
    match result {
        CheckResult::Pass => &["Correcto.", "Holds.", "Zuzena.", "Correcto.", "Correcte.", "In Ordnung."],
        CheckResult::Fail => &[
            "No se cumple.",
            "Does not hold.",
            "Ez da betetzen.",
            "Non se cumpre.",
            "No es compleix.",
            "Trifft nicht zu.",
        ],
        CheckResult::Inconclusive => &[
            "No se ha podido comprobar.",
            "Could not be checked.",
            "Ezin izan da egiaztatu.",
            "Non se puido comprobar.",
            "No s'ha pogut comprovar.",
            "Konnte nicht geprüft werden.",
        ],
        CheckResult::NotApplicable => {
            &["No procede.", "Does not apply.", "Ez dagokio.", "Non procede.", "No escau.", "Entfällt."]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scoring::{Advice, CheckName};
    use std::collections::HashSet;

    #[test]
    fn languages_are_told_apart_by_their_place_in_the_list() {
        for (place, language) in Language::ALL.iter().enumerate() {
            assert_eq!(*language as usize, place);
        }
        assert_eq!(Reason::Blurred.text(Language::German), of_reason(Reason::Blurred)[5]);
    }

    #[test]
    fn every_reason_has_its_own_sentence_in_every_language() {
        for reason in Reason::ALL {
            let texts: HashSet<&str> = Language::ALL.iter().map(|language| reason.text(*language)).collect();
            assert_eq!(texts.len(), Language::ALL.len(), "{reason}: a text of another language");
            assert!(texts.iter().all(|text| text.ends_with('.') && text.len() > 10), "{reason}");
        }
        for result in CheckResult::ALL {
            assert!(
                Language::ALL.iter().all(|language| of_result(*result)[*language as usize].ends_with('.')),
                "{result}"
            );
        }
    }

    #[test]
    fn a_line_says_its_reason_in_the_persons_language() {
        let line = Check::new(CheckName::Sharpness, CheckResult::Fail).because(Reason::Blurred);
        assert_eq!(line.details(Language::Spanish), Reason::Blurred.text(Language::Spanish));
        assert_eq!(line.advice(), Some(Advice::Retry));
    }

    #[test]
    fn a_line_without_a_reason_says_its_result() {
        let line = Check::new(CheckName::Glare, CheckResult::Fail);
        assert_eq!(line.details(Language::English), "Does not hold.");
    }
}
