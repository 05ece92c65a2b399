import { counted, type Language, pairs, tens, words } from './language.ts'

const UNITS = words('ein zwei drei vier fünf sechs sieben acht neun')
const TENS = words('zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig')

/** einundzwanzig to neunundneunzig: one word each. */
const COMPOUNDS = TENS.flatMap((ten, at) =>
  UNITS.map((unit, units) => [`${unit}und${ten}`, 20 + 10 * at + units + 1] as const),
)

export const GERMAN: Language = {
  code: 'de',
  common: new Set(
    words(`der die das den dem des ein eine einen einem einer und oder ist sind war wie was welche welcher welches wer
      warum wieso wo wann kann können soll ich mein meine meinen du wir unser sie ihr es zu von für mit auf im am zum zur
      bei aus nach man sich wird werden habe hat haben`),
  ),
  negations: new Set(
    words(
      `nicht nein nie niemals nichts niemand nirgends kein keine keinen keinem keiner keines weder ohne außer kaum`,
    ),
  ),
  numbers: new Map([
    ...counted(2, 'zwei drei vier fünf sechs sieben acht neun zehn elf zwölf'),
    ...counted(13, 'dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn'),
    ...tens(TENS.join(' ')),
    ...COMPOUNDS,
    ...counted(1, 'erste zweite dritte vierte fünfte'),
    ...Object.entries({ null: 0, halb: 0.5, halbe: 0.5, hälfte: 0.5, viertel: 0.25, einmal: 1, zweimal: 2 }),
    ...Object.entries({ doppelt: 2, dreifach: 3, dutzend: 12, beide: 2, hundert: 100, tausend: 1000 }),
    ...Object.entries({ million: 1e6, millionen: 1e6, milliarde: 1e9, milliarden: 1e9 }),
  ]),
  opposites: pairs(`an/aus ein/aus einschalten/ausschalten anschalten/ausschalten aktivieren/deaktivieren
    aktiviert/deaktiviert öffnen/schließen offen/geschlossen starten/stoppen starten/beenden beginnen/enden anfang/ende
    hinzufügen/entfernen hinzufügen/löschen erstellen/löschen anlegen/löschen installieren/deinstallieren erhöhen/senken
    erhöhen/verringern steigern/senken mehr/weniger meisten/wenigsten maximal/minimal maximum/minimum höher/niedriger
    hoch/niedrig hoch/tief höchste/niedrigste groß/klein größer/kleiner größte/kleinste lang/kurz länger/kürzer
    längste/kürzeste alt/neu alt/jung älter/jünger älteste/jüngste älteste/neueste schnell/langsam schneller/langsamer
    billig/teuer günstig/teuer billiger/teurer günstigste/teuerste beste/schlechteste besser/schlechter gut/schlecht
    heiß/kalt warm/kalt nass/trocken schwer/leicht stark/schwach hart/weich schwierig/einfach früh/spät früher/später
    vor/nach vorher/nachher erste/letzte nächste/vorige oben/unten über/unter links/rechts innen/außen hinein/heraus
    nord/süd ost/west drücken/ziehen kaufen/verkaufen mieten/vermieten leihen/verleihen gewinnen/verlieren zunehmen/abnehmen
    annehmen/ablehnen erlauben/verbieten erlaubt/verboten zulassen/sperren genehmigen/ablehnen verschlüsseln/entschlüsseln
    sperren/entsperren anzeigen/ausblenden sichtbar/unsichtbar importieren/exportieren hochladen/herunterladen
    senden/empfangen abonnieren/abbestellen anmelden/abmelden einschließlich/ausschließlich mit/ohne sicher/gefährlich
    legal/illegal möglich/unmöglich wahr/falsch richtig/falsch ja/nein immer/nie alle/keine voll/leer männlich/weiblich
    mann/frau männer/frauen junge/mädchen vater/mutter sohn/tochter bruder/schwester tag/nacht morgens/abends
    öffentlich/privat intern/extern eingabe/ausgabe verbinden/trennen aufsteigend/absteigend positiv/negativ plus/minus
    gewinn/verlust soll/haben ankunft/abfahrt kommen/gehen einstellen/entlassen bestehen/durchfallen vorteile/nachteile
    vorteil/nachteil vorwärts/rückwärts waagerecht/senkrecht manuell/automatisch vorübergehend/dauerhaft lokal/entfernt
    lesen/schreiben geburt/tod geboren/gestorben vermieter/mieter arbeitgeber/arbeitnehmer brutto/netto`),
  timely:
    words(`jetzt heute morgen gestern aktuell aktuelle aktuellen aktueller derzeit momentan gerade neueste neuesten
    neulich kürzlich demnächst diese_woche diesen_monat dieses_jahr heute_abend letzte_woche letzten_monat nächste_woche
    zurzeit bisher nachrichten wetter vorhersage preis preise kurs kurse aktienkurs wechselkurs spielstand tabelle
    verkehr wie_spät wieviel_uhr wie_viel_uhr welcher_tag welches_datum noch_offen`),
  pronouns: new Set(
    words('er es sie ihn ihm ihr das dies dieses diese dieser diesen davon damit dazu darauf daran dafür'),
  ),
  followUps:
    words(`erzähl_mir_mehr mehr mehr_dazu weiter mach_weiter und_dann was_ist_mit und_was warum_nicht wieso_das
    was_noch noch_eins noch_einmal nochmal erklär_das erkläre_das genauer ausführlicher fasse_es fasse_das übersetze_es
    übersetze_das kürzer länger mach_es mach_das das_gleiche dasselbe das_erste das_zweite das_letzte ja nein ok gut danke
    wirklich ist_es ist_das macht_es kann_es was_ist_das was_bedeutet_das wer_ist_er wer_ist_sie wie_geht_das
    wo_ist_es wann_war_das`),
  edits:
    words(`korrigiere_diesen korrigiere_den diesen_code dieser_code diese_funktion diese_datei dieser_fehler diesen_text
    dieser_text diese_mail diese_e-mail dieses_dokument den_obigen oben_genannten den_folgenden folgenden_text folgender_text
    folgende_mail folgenden_code im_anhang angehängt ändere_den ändere_die überarbeite überarbeiten_sie verbessere_diesen
    refaktoriere schreibe_weiter schreib_weiter vervollständige`),
}
