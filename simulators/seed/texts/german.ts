import type { Corpus } from './corpus.ts';

export const GERMAN: Corpus = {
  locale: 'de',
  topics: [
    {
      summary: 'VPN bricht alle {n} Minuten ab',
      body: 'Seit gestern verliert der VPN-Client im Homeoffice alle {n} Minuten die Verbindung. Größere Dateien lassen sich nicht übertragen.',
      category: 'Network',
      service: 'Remote Access',
    },
    {
      summary: 'Drucker im {n}. OG druckt Streifen',
      body: 'Auf jeder Seite sind graue Streifen zu sehen. Ein neuer Toner hat nichts geändert.',
      category: 'Workplace',
      service: 'Printing',
    },
    {
      summary: 'Zugriff auf {host} gestört',
      body: 'Die Fertigung erreicht {host} nicht mehr. Fehlermeldung: „Zeitüberschreitung der Anforderung“.',
      category: 'Servers',
      service: 'Linux Server',
    },
    {
      summary: 'Konto nach Urlaub gesperrt',
      body: 'Nach drei Wochen Urlaub ist mein Konto gesperrt. Bitte um Freischaltung, möglichst heute früh.',
      category: 'Access',
      service: 'Directory Account',
    },
    {
      summary: 'Rechnungsexport endet mit Fehler {n}',
      body: 'Der Export der Rechnungen endet mit Fehler {n}. Betroffen ist nur die Filiale Köln.',
      category: 'Business Applications',
      service: 'Payroll',
    },
  ],
  replies: [
    'Leider ist der Fehler heute Morgen wieder aufgetreten.',
    'Vielen Dank, ich prüfe das gleich.',
    'Bei meinen Kolleginnen ist es genauso.',
    'Können Sie mich bitte unter meiner Durchwahl zurückrufen?',
  ],
  answers: [
    'Vielen Dank für die Meldung. Seit wann tritt der Fehler auf?',
    'Der Dienst wurde neu gestartet. Bitte prüfen Sie, ob es jetzt geht.',
    'Wir haben ein Ersatzgerät bestellt, es trifft übermorgen ein.',
  ],
  notes: [
    'Rückruf vereinbart, Log liegt auf dem Teamlaufwerk.',
    'Gleiches Fehlerbild wie im März, siehe Firmwarestand.',
    'Lieferant verlangt Seriennummer, bitte vor Ort ablesen.',
  ],
  closings: [
    'Treiber aktualisiert, Funktion gemeinsam mit dem Anwender geprüft.',
    'Konto entsperrt und Kennwort neu gesetzt.',
  ],
};
