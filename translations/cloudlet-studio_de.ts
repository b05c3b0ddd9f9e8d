<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>cloudlet::AuthorPage</name>
    <message>
        <source>Base:</source>
        <translation>Basis:</translation>
    </message>
    <message>
        <source>The guest is clean: memory freed, disks trimmed</source>
        <translation>Der Gast ist aufgeräumt: Speicher freigegeben, Platten getrimmt</translation>
    </message>
    <message>
        <source>The guest has no agent that answers: it is not cleaned</source>
        <translation>Im Gast antwortet kein Agent: er wird nicht aufgeräumt</translation>
    </message>
    <message>
        <source>Author: %1</source>
        <translation>Anpassen: %1</translation>
    </message>
    <message>
        <source>The changes in the guest of &quot;%1&quot; are in no overlay yet.</source>
        <translation>Die Änderungen im Gast von „%1“ stehen noch in keinem Overlay.</translation>
    </message>
    <message>
        <source>The overlay of &quot;%1&quot; is not finished.</source>
        <translation>Das Overlay von „%1“ ist noch nicht fertig.</translation>
    </message>
    <message>
        <source>Which ports of the guest open on this machine</source>
        <translation>Welche Ports des Gasts auf diesem Rechner erreichbar sind</translation>
    </message>
    <message>
        <source>Runs a file as root in the guest, through its agent</source>
        <translation>Führt eine Datei als root im Gast aus, über dessen Agenten</translation>
    </message>
    <message>
        <source>Clean &amp;guest</source>
        <translation>Gast aufr&amp;äumen</translation>
    </message>
    <message>
        <source>Frees memory and trims disks in the guest now, so that the meter shows what you added and nothing else</source>
        <translation>Gibt im Gast jetzt Speicher frei und trimmt die Platten, damit die Anzeige nur zeigt, was Sie hinzugefügt haben</translation>
    </message>
    <message>
        <source>Ends the guest and makes no overlay</source>
        <translation>Beendet den Gast, ohne ein Overlay zu erstellen</translation>
    </message>
    <message>
        <source>&amp;Create overlay…</source>
        <translation>Overlay &amp;erstellen…</translation>
    </message>
    <message>
        <source>Writes what you changed to one file (Ctrl+Shift+C)</source>
        <translation>Schreibt Ihre Änderungen in eine Datei (Strg+Umschalt+C)</translation>
    </message>
    <message>
        <source>Brings the VM of this overlay to life</source>
        <translation>Startet die VM dieses Overlays</translation>
    </message>
    <message>
        <source>The base &quot;%1&quot; resumes…</source>
        <translation>Die Basis „%1“ wird fortgesetzt…</translation>
    </message>
    <message>
        <source>Make the guest what it shall be, then create the overlay.</source>
        <translation>Richten Sie den Gast ein und erstellen Sie dann das Overlay.</translation>
    </message>
    <message>
        <source>The overlay &quot;%1&quot; is being made…</source>
        <translation>Das Overlay „%1“ wird erstellt…</translation>
    </message>
    <message>
        <source>Console of the guest of %1</source>
        <translation>Konsole des Gasts von %1</translation>
    </message>
    <message>
        <source>Discarded. No overlay was made.</source>
        <translation>Verworfen. Es wurde kein Overlay erstellt.</translation>
    </message>
    <message>
        <source>No overlay was made.</source>
        <translation>Es wurde kein Overlay erstellt.</translation>
    </message>
    <message>
        <source>The overlay &quot;%1&quot; is in %2, %3 large.</source>
        <translation>Das Overlay „%1“ liegt in %2 und ist %3 groß.</translation>
    </message>
    <message>
        <source>Size:</source>
        <translation>Größe:</translation>
    </message>
    <message>
        <source>Estimated:</source>
        <translation>Geschätzt:</translation>
    </message>
    <message>
        <source>Stood still:</source>
        <translation>Stand still:</translation>
    </message>
    <message>
        <source>Encoded in:</source>
        <translation>Kodiert in:</translation>
    </message>
    <message>
        <source>Verified in:</source>
        <translation>Geprüft in:</translation>
    </message>
    <message>
        <source>The overlay was replayed and compared with the guest: equal.</source>
        <translation>Das Overlay wurde nachgespielt und mit dem Gast verglichen: gleich.</translation>
    </message>
    <message>
        <source>Run a script in the guest</source>
        <translation>Skript im Gast ausführen</translation>
    </message>
    <message>
        <source>Running %1</source>
        <translation>%1 läuft</translation>
    </message>
    <message>
        <source>Run scr&amp;ipt…</source>
        <translation>&amp;Skript ausführen…</translation>
    </message>
    <message>
        <source>P&amp;orts…</source>
        <translation>&amp;Ports…</translation>
    </message>
    <message>
        <source>The VM that was left is taken over…</source>
        <translation>Die übrig gebliebene VM wird übernommen…</translation>
    </message>
    <message>
        <source>&amp;Discard…</source>
        <translation>&amp;Verwerfen…</translation>
    </message>
    <message>
        <source>R&amp;un it here</source>
        <translation>H&amp;ier ausführen</translation>
    </message>
    <message>
        <source>End the guest of &quot;%1&quot;?</source>
        <translation>Gast von „%1“ beenden?</translation>
    </message>
    <message>
        <source>What you changed in it is lost.</source>
        <translation>Ihre Änderungen darin gehen verloren.</translation>
    </message>
    <message>
        <source>&amp;End the guest</source>
        <translation>Gast &amp;beenden</translation>
    </message>
    <message>
        <source>&amp;Inspect</source>
        <translation>&amp;Untersuchen</translation>
    </message>
    <message>
        <source>Shows what this overlay holds, and where</source>
        <translation>Zeigt, was dieses Overlay enthält und wo</translation>
    </message>
    <message>
        <source>&amp;Push to…</source>
        <translation>&amp;Übertragen…</translation>
    </message>
    <message>
        <source>Sends it to a cloudlet and runs it there</source>
        <translation>Überträgt es an ein Cloudlet und führt es dort aus</translation>
    </message>
    <message>
        <source>No overlay was made; what was changed in the guest is lost.</source>
        <translation>Kein Overlay entstand; was im Gast geändert wurde, ist verloren.</translation>
    </message>
</context>
<context>
    <name>cloudlet::BasePage</name>
    <message>
        <source>The guest of &quot;%1&quot; is started…</source>
        <translation>Der Gast von „%1“ wird gestartet…</translation>
    </message>
    <message>
        <source>Ends the guest and makes no base</source>
        <translation>Beendet den Gast, ohne eine Basis zu erstellen</translation>
    </message>
    <message>
        <source>Create &amp;base</source>
        <translation>Basis &amp;erstellen</translation>
    </message>
    <message>
        <source>Saves the guest as it is now, as a base VM</source>
        <translation>Sichert den Gast, wie er jetzt ist, als Basis-VM</translation>
    </message>
    <message>
        <source>Base: %1</source>
        <translation>Basis: %1</translation>
    </message>
    <message>
        <source>The base &quot;%1&quot; is not finished.</source>
        <translation>Die Basis „%1“ ist noch nicht fertig.</translation>
    </message>
    <message>
        <source>Bring the guest to where overlays shall begin, then create the base.</source>
        <translation>Bringen Sie den Gast in den Zustand, in dem Overlays beginnen sollen, und erstellen Sie dann die Basis.</translation>
    </message>
    <message>
        <source>Console of the guest of %1</source>
        <translation>Konsole des Gasts von %1</translation>
    </message>
    <message>
        <source>The base &quot;%1&quot; is being made…</source>
        <translation>Die Basis „%1“ wird erstellt…</translation>
    </message>
    <message>
        <source>The base &quot;%1&quot; is in the library.</source>
        <translation>Die Basis „%1“ ist in der Bibliothek.</translation>
    </message>
    <message>
        <source>Discarded.</source>
        <translation>Verworfen.</translation>
    </message>
    <message>
        <source>There is no base.</source>
        <translation>Es wurde keine Basis erstellt.</translation>
    </message>
    <message>
        <source>&amp;Discard…</source>
        <translation>&amp;Verwerfen…</translation>
    </message>
    <message>
        <source>Disc:</source>
        <translation>CD-Abbild:</translation>
    </message>
    <message>
        <source>Disk:</source>
        <translation>Platte:</translation>
    </message>
    <message>
        <source>New disk:</source>
        <translation>Neue Platte:</translation>
    </message>
    <message>
        <source>Memory:</source>
        <translation>Arbeitsspeicher:</translation>
    </message>
    <message>
        <source>Processors:</source>
        <translation>Prozessoren:</translation>
    </message>
    <message>
        <source>End the guest of &quot;%1&quot;?</source>
        <translation>Gast von „%1“ beenden?</translation>
    </message>
    <message>
        <source>There will be no base of it.</source>
        <translation>Es wird keine Basis daraus.</translation>
    </message>
    <message>
        <source>&amp;End the guest</source>
        <translation>Gast &amp;beenden</translation>
    </message>
</context>
<context>
    <name>cloudlet::ChunkKinds</name>
    <message>
        <source>New</source>
        <translation>Neu</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>Geändert</translation>
    </message>
    <message>
        <source>In the base</source>
        <translation>In der Basis</translation>
    </message>
    <message>
        <source>Repeated</source>
        <translation>Wiederholt</translation>
    </message>
    <message>
        <source>Zero</source>
        <translation>Nullen</translation>
    </message>
    <message>
        <source>Start set</source>
        <translation>Startmenge</translation>
    </message>
</context>
<context>
    <name>cloudlet::ChunkMap</name>
    <message>
        <source>Map of chunks</source>
        <translation>Blockkarte</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>%1, chunks %2 to %3: %4</source>
        <translation>%1, Blöcke %2 bis %3: %4</translation>
    </message>
    <message>
        <source>all as in the base</source>
        <translation>alles wie in der Basis</translation>
    </message>
    <message>
        <source>%1, %2 chunks: %3.</source>
        <translation>%1, %2 Blöcke: %3.</translation>
    </message>
</context>
<context>
    <name>cloudlet::CloudletsPage</name>
    <message>
        <source>Viewer</source>
        <translation>Beobachter</translation>
    </message>
    <message>
        <source>Pusher</source>
        <translation>Nutzer</translation>
    </message>
    <message>
        <source>Admin</source>
        <translation>Verwalter</translation>
    </message>
    <message>
        <source>Arrives</source>
        <translation>Kommt an</translation>
    </message>
    <message>
        <source>Starts</source>
        <translation>Startet</translation>
    </message>
    <message>
        <source>Runs, still arrives</source>
        <translation>Läuft, kommt noch an</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>Has ended</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehlgeschlagen</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 an %2</translation>
    </message>
    <message>
        <source>%1 of %2 sessions, %3 of %4 of memory, %5 of %6 of disk in use.</source>
        <translation>%1 von %2 Sitzungen, %3 von %4 Arbeitsspeicher, %5 von %6 Plattenplatz belegt.</translation>
    </message>
    <message>
        <source>Cloudlets</source>
        <translation>Cloudlets</translation>
    </message>
    <message>
        <source>&amp;Pair…</source>
        <translation>&amp;Koppeln…</translation>
    </message>
    <message>
        <source>With the link that &quot;synthesis_server pair&quot; prints on the cloudlet</source>
        <translation>Mit dem Link, den „synthesis_server pair“ auf dem Cloudlet ausgibt</translation>
    </message>
    <message>
        <source>Its address, its key and this computer&apos;s token</source>
        <translation>Seine Adresse, seinen Schlüssel und das Zugangstoken dieses Rechners</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>Rolle</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Sessions</source>
        <translation>Sitzungen</translation>
    </message>
    <message>
        <source>Of the chosen session&apos;s VM</source>
        <translation>Der VM der gewählten Sitzung</translation>
    </message>
    <message>
        <source>&amp;End…</source>
        <translation>Be&amp;enden…</translation>
    </message>
    <message>
        <source>Ends the chosen session&apos;s VM; what it holds is lost</source>
        <translation>Beendet die VM der gewählten Sitzung; ihr Inhalt geht verloren</translation>
    </message>
    <message>
        <source>Session</source>
        <translation>Sitzung</translation>
    </message>
    <message>
        <source>There</source>
        <translation>Angekommen</translation>
    </message>
    <message>
        <source>Ports</source>
        <translation>Ports</translation>
    </message>
    <message>
        <source>Bases on the cloudlet</source>
        <translation>Basen auf dem Cloudlet</translation>
    </message>
    <message>
        <source>Base</source>
        <translation>Basis</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Platte</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Arbeitsspeicher</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>Antwortet</translation>
    </message>
    <message>
        <source>Does not answer: %1</source>
        <translation>Antwortet nicht: %1</translation>
    </message>
    <message>
        <source>Not paired</source>
        <translation>Nicht gekoppelt</translation>
    </message>
    <message>
        <source>A cloudlet is another machine that runs VMs of overlays. On it, run &quot;synthesis_server run&quot; and &quot;synthesis_server pair&quot;; the link that this prints goes into Pair.</source>
        <translation>Ein Cloudlet ist ein anderer Rechner, der VMs aus Overlays ausführt. Starten Sie dort „synthesis_server run“ und „synthesis_server pair“; der ausgegebene Link gehört in „Koppeln“.</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Pair with a cloudlet</source>
        <translation>Mit einem Cloudlet koppeln</translation>
    </message>
    <message>
        <source>F&amp;orget…</source>
        <translation>&amp;Vergessen…</translation>
    </message>
    <message>
        <source>Open &amp;console</source>
        <translation>Kon&amp;sole öffnen</translation>
    </message>
    <message>
        <source>Fetch &amp;residue…</source>
        <translation>&amp;Änderungen holen…</translation>
    </message>
    <message>
        <source>Brings back what the VM has become, as an overlay, and ends it</source>
        <translation>Holt, was aus der VM geworden ist, als Overlay zurück und beendet sie</translation>
    </message>
    <message>
        <source>Where to put the residue</source>
        <translation>Wohin mit den Änderungen</translation>
    </message>
    <message>
        <source>%1, used</source>
        <translation>%1, benutzt</translation>
    </message>
    <message>
        <source>Overlays (*.cloudlet)</source>
        <translation>Overlays (*.cloudlet)</translation>
    </message>
    <message>
        <source>What &quot;%1&quot; had become is in %2.</source>
        <translation>Was aus „%1“ geworden war, ist in %2.</translation>
    </message>
    <message>
        <source>The &amp;link that &quot;synthesis_server pair&quot; prints there: the fingerprint of its key,
which it has to show from then on, and a secret that admits one device once. Its
token goes to the desktop&apos;s keyring, if one is open, or else to a file that only you
can read.</source>
        <translation>Der &amp;Link, den „synthesis_server pair“ dort ausgibt: der Fingerabdruck seines Schlüssels,
den es künftig vorweisen muss, und ein Geheimnis, das ein Gerät einmal zulässt. Das Token
kommt in den Schlüsselbund des Desktops, wenn einer offen ist, sonst in eine Datei, die nur
Sie lesen können.</translation>
    </message>
    <message>
        <source>Forget &quot;%1&quot;?</source>
        <translation>„%1“ vergessen?</translation>
    </message>
    <message>
        <source>To use it again, pair anew. It trusts this computer&apos;s old token until &quot;synthesis_server revoke-token&quot; is run there.</source>
        <translation>Um es wieder zu nutzen, koppeln Sie neu. Es vertraut dem alten Token dieses Rechners, bis dort „synthesis_server revoke-token“ läuft.</translation>
    </message>
    <message>
        <source>&amp;Forget</source>
        <translation>&amp;Vergessen</translation>
    </message>
    <message>
        <source>End the VM of &quot;%1&quot;?</source>
        <translation>VM von „%1“ beenden?</translation>
    </message>
    <message>
        <source>What it holds is lost.</source>
        <translation>Ihr Inhalt geht verloren.</translation>
    </message>
    <message>
        <source>&amp;End the VM</source>
        <translation>VM &amp;beenden</translation>
    </message>
    <message>
        <source>Bases that it holds</source>
        <translation>Basen, die es hält</translation>
    </message>
    <message>
        <source>Ask each</source>
        <translation>Jedes fragen</translation>
    </message>
</context>
<context>
    <name>cloudlet::CommandLines</name>
    <message>
        <source>Run here</source>
        <translation>Hier ausführen</translation>
    </message>
    <message>
        <source>Inspect</source>
        <translation>Untersuchen</translation>
    </message>
    <message>
        <source>Push to a cloudlet</source>
        <translation>An ein Cloudlet übertragen</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Rehearse</source>
        <translation>Probelauf</translation>
    </message>
    <message>
        <source>Save its picture</source>
        <translation>Bild davon sichern</translation>
    </message>
    <message>
        <source>Tag</source>
        <translation>Verschlagworten</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Author</source>
        <translation>Anpassen</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
</context>
<context>
    <name>cloudlet::CommandsDialog</name>
    <message>
        <source>Show as command</source>
        <translation>Als Befehl zeigen</translation>
    </message>
    <message>
        <source>The same in a terminal or a script. The first line is in the clipboard already; what stands in capitals is for you to fill in.</source>
        <translation>Dasselbe in einem Terminal oder Skript. Die erste Zeile ist schon in der Zwischenablage; was in Großbuchstaben steht, setzen Sie ein.</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>Aktion</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
</context>
<context>
    <name>cloudlet::CompositionBar</name>
    <message>
        <source>Composition</source>
        <translation>Zusammensetzung</translation>
    </message>
</context>
<context>
    <name>cloudlet::ConsolePanel</name>
    <message>
        <source>State of the console</source>
        <translation>Zustand der Konsole</translation>
    </message>
    <message>
        <source>Presses a key combination in the guest</source>
        <translation>Drückt eine Tastenkombination im Gast</translation>
    </message>
    <message>
        <source>Which way copied text goes, if the guest supports it</source>
        <translation>In welche Richtung kopierter Text geht, wenn der Gast es unterstützt</translation>
    </message>
    <message>
        <source>&amp;Off</source>
        <translation>&amp;Aus</translation>
    </message>
    <message>
        <source>&amp;To the guest</source>
        <translation>Zum &amp;Gast</translation>
    </message>
    <message>
        <source>&amp;From the guest</source>
        <translation>&amp;Vom Gast</translation>
    </message>
    <message>
        <source>&amp;Both ways</source>
        <translation>&amp;Beide Richtungen</translation>
    </message>
    <message>
        <source>Console</source>
        <translation>Konsole</translation>
    </message>
    <message>
        <source>Scales the guest&apos;s screen to the window; off shows each pixel as it is</source>
        <translation>Passt den Bildschirm des Gasts in das Fenster ein; sonst wird jedes Pixel gezeigt, wie es ist</translation>
    </message>
    <message>
        <source>Shows the console alone (F11)</source>
        <translation>Zeigt nur die Konsole (F11)</translation>
    </message>
    <message>
        <source>Types a text into the guest, key by key</source>
        <translation>Tippt einen Text Taste für Taste in den Gast</translation>
    </message>
    <message>
        <source>Saves what the console shows as a PNG file</source>
        <translation>Speichert, was die Konsole zeigt, als PNG-Datei</translation>
    </message>
    <message>
        <source>&amp;Leave full screen</source>
        <translation>Voll&amp;bild verlassen</translation>
    </message>
    <message>
        <source>%1, then Enter, leaves full screen.</source>
        <translation>%1, dann Eingabetaste, verlässt das Vollbild.</translation>
    </message>
    <message>
        <source>There is no keyboard layout &quot;%1&quot; here.</source>
        <translation>Es gibt hier keine Tastaturbelegung „%1“.</translation>
    </message>
    <message>
        <source>The layout &quot;%1&quot; cannot type these characters, which are left out: %2</source>
        <translation>Die Belegung „%1“ kann diese Zeichen nicht tippen; sie werden ausgelassen: %2</translation>
    </message>
    <message>
        <source>console %1.png</source>
        <translation>Konsole %1.png</translation>
    </message>
    <message>
        <source>Save picture</source>
        <translation>Bild speichern</translation>
    </message>
    <message>
        <source>PNG pictures (*.png)</source>
        <translation>PNG-Bilder (*.png)</translation>
    </message>
    <message>
        <source>The picture could not be written to %1.</source>
        <translation>Das Bild konnte nicht nach %1 geschrieben werden.</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>Vollbild</translation>
    </message>
    <message>
        <source>Connects to the console anew, at once</source>
        <translation>Verbindet sofort neu mit der Konsole</translation>
    </message>
    <message>
        <source>Send &amp;keys</source>
        <translation>Tasten&amp;kombination</translation>
    </message>
    <message>
        <source>Clipbo&amp;ard</source>
        <translation>Zwischenabla&amp;ge</translation>
    </message>
    <message>
        <source>&amp;Zoom to fit</source>
        <translation>Ins &amp;Fenster einpassen</translation>
    </message>
    <message>
        <source>Type te&amp;xt…</source>
        <translation>Te&amp;xt eingeben…</translation>
    </message>
    <message>
        <source>Sa&amp;ve picture…</source>
        <translation>Bildschir&amp;m sichern…</translation>
    </message>
    <message>
        <source>&amp;Reconnect</source>
        <translation>&amp;Neu verbinden</translation>
    </message>
</context>
<context>
    <name>cloudlet::ConsolePicture</name>
    <message>
        <source>Picture of the console</source>
        <translation>Bild der Konsole</translation>
    </message>
    <message>
        <source>No picture</source>
        <translation>Kein Bild</translation>
    </message>
</context>
<context>
    <name>cloudlet::ConsoleView</name>
    <message>
        <source>Keys go to the guest; %1 gives the keyboard back.</source>
        <translation>Tasten gehen an den Gast; %1 gibt die Tastatur zurück.</translation>
    </message>
    <message>
        <source>The clipboard holds characters that this console cannot take; use Type text.</source>
        <translation>Die Zwischenablage enthält Zeichen, die diese Konsole nicht annimmt; verwenden Sie „Text eingeben“.</translation>
    </message>
    <message>
        <source>Console</source>
        <translation>Konsole</translation>
    </message>
    <message>
        <source>No machine is running.</source>
        <translation>Es läuft keine VM.</translation>
    </message>
    <message>
        <source>Connecting to the console…</source>
        <translation>Verbindung zur Konsole wird aufgebaut…</translation>
    </message>
    <message>
        <source>%1 × %2 pixels. %3 gives the keyboard back.</source>
        <translation>%1 × %2 Pixel. %3 gibt die Tastatur zurück.</translation>
    </message>
    <message>
        <source>%1 Trying again…</source>
        <translation>%1 Neuer Versuch…</translation>
    </message>
</context>
<context>
    <name>cloudlet::CreateBaseDialog</name>
    <message>
        <source> MiB</source>
        <translation> MiB</translation>
    </message>
    <message>
        <source> GiB</source>
        <translation> GiB</translation>
    </message>
    <message>
        <source>Install a base VM</source>
        <translation>Basis-VM installieren</translation>
    </message>
    <message>
        <source>Create a base VM</source>
        <translation>Basis-VM erstellen</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>&amp;Starten</translation>
    </message>
    <message>
        <source>The guest boots from the disc; install onto its empty disk. When it is as every overlay shall find it, create the base.</source>
        <translation>Der Gast startet von der Disc; installieren Sie auf seine leere Platte. Ist er so, wie jedes Overlay ihn vorfinden soll, erstellen Sie die Basis.</translation>
    </message>
    <message>
        <source>A copy of the disk boots. When the guest is as every overlay shall find it, create the base.</source>
        <translation>Eine Kopie der Platte startet. Ist der Gast so, wie jedes Overlay ihn vorfinden soll, erstellen Sie die Basis.</translation>
    </message>
    <message>
        <source>&amp;Name:</source>
        <translation>&amp;Name:</translation>
    </message>
    <message>
        <source>&amp;Memory:</source>
        <translation>&amp;Arbeitsspeicher:</translation>
    </message>
    <message>
        <source>&amp;Processors:</source>
        <translation>&amp;Prozessoren:</translation>
    </message>
    <message>
        <source>New &amp;disk:</source>
        <translation>Neue P&amp;latte:</translation>
    </message>
    <message>
        <source>C&amp;lean the guest before it is saved</source>
        <translation>&amp;Gast vor dem Speichern aufräumen</translation>
    </message>
    <message>
        <source>Frees memory and trims disks through the guest&apos;s agent, if it has one; the base and what is made from it are smaller then</source>
        <translation>Gibt über den Agenten des Gasts, falls er einen hat, Arbeitsspeicher und Plattenblöcke frei; die Basis und was aus ihr entsteht, werden dadurch kleiner</translation>
    </message>
</context>
<context>
    <name>cloudlet::CreateOverlayDialog</name>
    <message>
        <source>C&amp;lean the guest first</source>
        <translation>&amp;Gast zuvor aufräumen</translation>
    </message>
    <message>
        <source>C&amp;reate overlay</source>
        <translation>&amp;Overlay erstellen</translation>
    </message>
    <message>
        <source>Create overlay</source>
        <translation>Overlay erstellen</translation>
    </message>
    <message>
        <source>Fastest to make</source>
        <translation>Am schnellsten erstellt</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>Ausgewogen</translation>
    </message>
    <message>
        <source>Smallest file</source>
        <translation>Kleinste Datei</translation>
    </message>
    <message>
        <source>Frees memory and trims disks, so that the overlay holds what you added and nothing else; takes some seconds</source>
        <translation>Gibt Speicher frei und trimmt die Platten, damit das Overlay nur enthält, was Sie hinzugefügt haben; dauert einige Sekunden</translation>
    </message>
    <message>
        <source>&amp;Browse…</source>
        <translation>D&amp;urchsuchen…</translation>
    </message>
    <message>
        <source>&amp;Name:</source>
        <translation>&amp;Name:</translation>
    </message>
    <message>
        <source>&amp;File:</source>
        <translation>&amp;Datei:</translation>
    </message>
    <message>
        <source>N&amp;otes:</source>
        <translation>No&amp;tizen:</translation>
    </message>
    <message>
        <source>&amp;Compression:</source>
        <translation>&amp;Komprimierung:</translation>
    </message>
    <message>
        <source>File of the overlay</source>
        <translation>Datei des Overlays</translation>
    </message>
    <message>
        <source>Overlays (*%1)</source>
        <translation>Overlays (*%1)</translation>
    </message>
    <message>
        <source>A name is one line of 1 to %1 bytes.</source>
        <translation>Ein Name ist eine Zeile von 1 bis %1 Byte.</translation>
    </message>
    <message>
        <source>Name a file with its whole path.</source>
        <translation>Geben Sie eine Datei mit vollem Pfad an.</translation>
    </message>
    <message>
        <source>The folder %1 does not exist.</source>
        <translation>Den Ordner %1 gibt es nicht.</translation>
    </message>
    <message>
        <source>The folder %1 cannot be written.</source>
        <translation>In den Ordner %1 kann nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>%1 has %2 free; making the overlay takes about %3: free some space%4.</source>
        <translation>%1 hat %2 frei; das Overlay zu erstellen braucht etwa %3: schaffen Sie Platz%4.</translation>
    </message>
    <message>
        <source>, or choose another folder</source>
        <translation> oder wählen Sie einen anderen Ordner</translation>
    </message>
    <message>
        <source>The overlay takes about %1. </source>
        <translation>Das Overlay braucht etwa %1. </translation>
    </message>
    <message>
        <source>%1 are free there.%2</source>
        <translation>Dort sind %1 frei.%2</translation>
    </message>
    <message>
        <source> The file there is replaced.</source>
        <translation> Die Datei dort wird ersetzt.</translation>
    </message>
</context>
<context>
    <name>cloudlet::ErrorPanel</name>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Details of the error</source>
        <translation>Einzelheiten des Fehlers</translation>
    </message>
    <message>
        <source>Cop&amp;y</source>
        <translation>K&amp;opieren</translation>
    </message>
    <message>
        <source>Copies the sentence and its details</source>
        <translation>Kopiert den Satz und seine Einzelheiten</translation>
    </message>
    <message>
        <source>Dis&amp;miss</source>
        <translation>S&amp;chließen</translation>
    </message>
    <message>
        <source>De&amp;tails</source>
        <translation>Einzelhei&amp;ten</translation>
    </message>
</context>
<context>
    <name>cloudlet::GuestFrame</name>
    <message>
        <source>Guest</source>
        <translation>Gast</translation>
    </message>
</context>
<context>
    <name>cloudlet::GuestPage</name>
    <message>
        <source>The guest stands still until you press this again</source>
        <translation>Der Gast steht still, bis Sie erneut drücken</translation>
    </message>
    <message>
        <source>The guest stands still</source>
        <translation>Der Gast steht still</translation>
    </message>
    <message>
        <source>The guest runs</source>
        <translation>Der Gast läuft</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Cancelled: no overlay was made, the guest is as it was</source>
        <translation>Abgebrochen: kein Overlay erstellt, der Gast ist, wie er war</translation>
    </message>
    <message>
        <source>&amp;Back to the console</source>
        <translation>Zur&amp;ück zur Konsole</translation>
    </message>
    <message>
        <source>R&amp;etry</source>
        <translation>E&amp;rneut versuchen</translation>
    </message>
    <message>
        <source>Discard the g&amp;uest…</source>
        <translation>Gast ver&amp;werfen…</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>Pa&amp;use</translation>
    </message>
    <message>
        <source>Let the guest go o&amp;n</source>
        <translation>Den Gast &amp;weiterlaufen lassen</translation>
    </message>
</context>
<context>
    <name>cloudlet::GuestSide</name>
    <message>
        <source>%1 leads to port %2%3</source>
        <translation>%1 führt zu Port %2%3</translation>
    </message>
    <message>
        <source> (UDP)</source>
        <translation> (UDP)</translation>
    </message>
    <message>
        <source>Guest</source>
        <translation>Gast</translation>
    </message>
    <message>
        <source>Ports</source>
        <translation>Ports</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>None is open.</source>
        <translation>Keiner ist offen.</translation>
    </message>
    <message>
        <source>Ports: %1</source>
        <translation>Ports: %1</translation>
    </message>
</context>
<context>
    <name>cloudlet::HostDialog</name>
    <message>
        <source>What works on this machine</source>
        <translation>Was auf diesem Rechner funktioniert</translation>
    </message>
    <message>
        <source>Cop&amp;y all</source>
        <translation>&amp;Alles kopieren</translation>
    </message>
    <message>
        <source>&amp;Save for a report…</source>
        <translation>Für einen Bericht &amp;speichern…</translation>
    </message>
    <message>
        <source>Writes what helps others to find a fault to one file; nothing secret</source>
        <translation>Schreibt in eine Datei, was anderen hilft, einen Fehler zu finden; nichts Geheimes</translation>
    </message>
    <message>
        <source>Save for a report</source>
        <translation>Für einen Bericht speichern</translation>
    </message>
</context>
<context>
    <name>cloudlet::HostFindings</name>
    <message>
        <source>Subject</source>
        <translation>Gegenstand</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>Befund</translation>
    </message>
    <message>
        <source>Remedy</source>
        <translation>Abhilfe</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>Befunde</translation>
    </message>
    <message>
        <source>Looking at what works on this machine…</source>
        <translation>Es wird geprüft, was auf diesem Rechner funktioniert…</translation>
    </message>
    <message>
        <source>VMs can run here.</source>
        <translation>Hier können VMs laufen.</translation>
    </message>
    <message numerus="yes">
        <source>%n problem(s) keep VMs from running here.</source>
        <translation>
            <numerusform>%n Problem verhindert, dass hier VMs laufen.</numerusform>
            <numerusform>%n Probleme verhindern, dass hier VMs laufen.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Copy command</source>
        <translation>Be&amp;fehl kopieren</translation>
    </message>
    <message>
        <source>Fi&amp;x it</source>
        <translation>Behebe&amp;n</translation>
    </message>
    <message>
        <source>Installs what is missing; asks for an administrator&apos;s password</source>
        <translation>Installiert, was fehlt; fragt nach dem Passwort eines Verwalters</translation>
    </message>
    <message>
        <source>Installing %1…</source>
        <translation>%1 wird installiert…</translation>
    </message>
    <message>
        <source>It could not be installed. %1</source>
        <translation>Die Installation ist fehlgeschlagen. %1</translation>
    </message>
</context>
<context>
    <name>cloudlet::LibraryDetails</name>
    <message>
        <source>Nothing is chosen</source>
        <translation>Nichts ausgewählt</translation>
    </message>
    <message>
        <source>Overlays without their base</source>
        <translation>Overlays ohne ihre Basis</translation>
    </message>
    <message>
        <source>Import the base that they were made from to run them here.</source>
        <translation>Importieren Sie ihre Basis, um sie hier auszuführen.</translation>
    </message>
    <message>
        <source>Disk:</source>
        <translation>Platte:</translation>
    </message>
    <message>
        <source>Memory:</source>
        <translation>Arbeitsspeicher:</translation>
    </message>
    <message>
        <source>On this disk:</source>
        <translation>Auf diesem Datenträger:</translation>
    </message>
    <message>
        <source>Made:</source>
        <translation>Erstellt:</translation>
    </message>
    <message>
        <source>Overlays:</source>
        <translation>Overlays:</translation>
    </message>
    <message>
        <source>Id:</source>
        <translation>Kennung:</translation>
    </message>
    <message>
        <source>Base:</source>
        <translation>Basis:</translation>
    </message>
    <message>
        <source>not here</source>
        <translation>nicht hier</translation>
    </message>
    <message>
        <source>Size:</source>
        <translation>Größe:</translation>
    </message>
    <message>
        <source>File:</source>
        <translation>Datei:</translation>
    </message>
    <message>
        <source>The file is not where it was; put it back, or forget it.</source>
        <translation>Die Datei ist nicht mehr an ihrem Ort; legen Sie sie zurück oder vergessen Sie sie.</translation>
    </message>
    <message>
        <source>Ports:</source>
        <translation>Ports:</translation>
    </message>
    <message>
        <source>Before compression %1 of the disk and %2 of the memory changed:</source>
        <translation>Vor der Komprimierung haben sich %1 der Platte und %2 des Arbeitsspeichers geändert:</translation>
    </message>
</context>
<context>
    <name>cloudlet::LibraryModel</name>
    <message>
        <source>Their base is not here</source>
        <translation>Ihre Basis ist nicht hier</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>bereit</translation>
    </message>
    <message>
        <source>broken</source>
        <translation>defekt</translation>
    </message>
    <message>
        <source>file missing</source>
        <translation>Datei fehlt</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Schlagwörter</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>Erstellt</translation>
    </message>
</context>
<context>
    <name>cloudlet::LibraryPage</name>
    <message>
        <source>Overlay &quot;%1&quot; needs it.</source>
        <translation>Das Overlay „%1“ braucht sie.</translation>
    </message>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>Und %n weiteres.</numerusform>
            <numerusform>Und %n weitere.</numerusform>
        </translation>
    </message>
    <message>
        <source>&quot;%1&quot; gives back what it was made from, byte for byte.</source>
        <translation>„%1“ ergibt Byte für Byte, woraus es erstellt wurde.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is as it was made, byte for byte.</source>
        <translation>„%1“ ist Byte für Byte so, wie erstellt.</translation>
    </message>
    <message>
        <source>Tags of &quot;%1&quot;</source>
        <translation>Schlagwörter von „%1“</translation>
    </message>
    <message>
        <source>Delete the overlay &quot;%1&quot;?</source>
        <translation>Overlay „%1“ löschen?</translation>
    </message>
    <message>
        <source>Its file is %1. The catalog can also forget it and leave the file where it is.</source>
        <translation>Seine Datei ist %1. Der Katalog kann es auch vergessen und die Datei lassen, wo sie ist.</translation>
    </message>
    <message>
        <source>Move to &amp;trash</source>
        <translation>In den &amp;Papierkorb</translation>
    </message>
    <message>
        <source>Delete the base &quot;%1&quot;?</source>
        <translation>Basis „%1“ löschen?</translation>
    </message>
    <message>
        <source>Its disk and memory go for good.</source>
        <translation>Ihre Platte und ihr Arbeitsspeicher werden endgültig gelöscht.</translation>
    </message>
    <message>
        <source>&amp;Forget</source>
        <translation>&amp;Vergessen</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Löschen</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is in the trash.</source>
        <translation>„%1“ ist im Papierkorb.</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>Import a base or an overlay</source>
        <translation>Basis oder Overlay importieren</translation>
    </message>
    <message>
        <source>Bases and overlays (*.cloudlet-base *.cloudlet);;All files (*)</source>
        <translation>Basen und Overlays (*.cloudlet-base *.cloudlet);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>The base is in the catalog.</source>
        <translation>Die Basis ist im Katalog.</translation>
    </message>
    <message>
        <source>Export the overlay</source>
        <translation>Overlay exportieren</translation>
    </message>
    <message>
        <source>Export the base</source>
        <translation>Basis exportieren</translation>
    </message>
    <message>
        <source>A copy is in %1.</source>
        <translation>Eine Kopie liegt in %1.</translation>
    </message>
    <message>
        <source>The base is in %1.</source>
        <translation>Die Basis liegt in %1.</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>Bibliothek</translation>
    </message>
    <message>
        <source>Work in the library is not finished.</source>
        <translation>Die Arbeit in der Bibliothek ist noch nicht fertig.</translation>
    </message>
    <message>
        <source>&amp;Author…</source>
        <translation>A&amp;npassen…</translation>
    </message>
    <message>
        <source>Resumes this base to make an overlay of it</source>
        <translation>Setzt diese Basis fort, um ein Overlay zu erstellen</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>Aus&amp;führen</translation>
    </message>
    <message>
        <source>Brings the VM of this overlay to life here</source>
        <translation>Startet die VM dieses Overlays hier</translation>
    </message>
    <message>
        <source>&amp;Inspect</source>
        <translation>&amp;Untersuchen</translation>
    </message>
    <message>
        <source>Shows what this overlay holds, and where</source>
        <translation>Zeigt, was dieses Overlay enthält, und wo</translation>
    </message>
    <message>
        <source>&amp;Push to…</source>
        <translation>&amp;Übertragen…</translation>
    </message>
    <message>
        <source>Sends this overlay to a cloudlet and runs it there</source>
        <translation>Schickt dieses Overlay an ein Cloudlet und führt es dort aus</translation>
    </message>
    <message>
        <source>&amp;Verify</source>
        <translation>&amp;Prüfen</translation>
    </message>
    <message>
        <source>Compares every byte with its hash</source>
        <translation>Vergleicht jedes Byte mit seiner Prüfsumme</translation>
    </message>
    <message>
        <source>Words to file and to find it under</source>
        <translation>Wörter, unter denen es abgelegt und gefunden wird</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>&amp;Exportieren…</translation>
    </message>
    <message>
        <source>Writes it to one file, for others</source>
        <translation>Schreibt es in eine Datei, für andere</translation>
    </message>
    <message>
        <source>Adds a base or an overlay from a file</source>
        <translation>Fügt eine Basis oder ein Overlay aus einer Datei hinzu</translation>
    </message>
    <message>
        <source>&amp;Delete…</source>
        <translation>Lö&amp;schen…</translation>
    </message>
    <message>
        <source>Removes it from this catalog</source>
        <translation>Entfernt es aus diesem Katalog</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Search bases and overlays</source>
        <translation>Basen und Overlays durchsuchen</translation>
    </message>
    <message>
        <source>Bases and overlays</source>
        <translation>Basen und Overlays</translation>
    </message>
    <message>
        <source>There is no base VM yet</source>
        <translation>Es gibt noch keine Basis-VM</translation>
    </message>
    <message>
        <source>A base VM is a golden image: disk, memory and device state of a machine at rest.
Overlays are made from it, in seconds. The sample is a small Debian guest, built from
the distribution&apos;s packages; that takes some minutes, once.</source>
        <translation>Eine Basis-VM ist ein Musterabbild: Platte, Arbeitsspeicher und Gerätezustand einer
ruhenden Maschine. Aus ihr entstehen Overlays, in Sekunden. Das Beispiel ist ein kleiner
Debian-Gast aus den Paketen der Distribution; das dauert einmal einige Minuten.</translation>
    </message>
    <message>
        <source>&amp;Build the sample base</source>
        <translation>Beispiel-Basis ba&amp;uen</translation>
    </message>
    <message>
        <source>&amp;Import a base…</source>
        <translation>Basis &amp;importieren…</translation>
    </message>
    <message>
        <source>The catalog cannot be read.</source>
        <translation>Der Katalog kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>Work in the library is done.</source>
        <translation>Die Arbeit in der Bibliothek ist fertig.</translation>
    </message>
    <message>
        <source>Imp&amp;ort…</source>
        <translation>I&amp;mportieren…</translation>
    </message>
    <message>
        <source>&amp;Words, with spaces between:</source>
        <translation>&amp;Wörter, durch Leerzeichen getrennt:</translation>
    </message>
    <message>
        <source>Ta&amp;gs…</source>
        <translation>Schla&amp;gwörter…</translation>
    </message>
    <message>
        <source>List the bases</source>
        <translation>Basen auflisten</translation>
    </message>
    <message>
        <source>List the overlays</source>
        <translation>Overlays auflisten</translation>
    </message>
    <message>
        <source>Import a base</source>
        <translation>Basis importieren</translation>
    </message>
    <message>
        <source>Import an overlay</source>
        <translation>Overlay importieren</translation>
    </message>
    <message>
        <source>Build the sample base</source>
        <translation>Beispiel-Basis bauen</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
</context>
<context>
    <name>cloudlet::MainWindow</name>
    <message>
        <source>Cloudlet Studio</source>
        <translation>Cloudlet Studio</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>Ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation>Noch nichts</translation>
    </message>
    <message>
        <source>&amp;Close page</source>
        <translation>&amp;Seite schließen</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Library</source>
        <translation>Bib&amp;liothek</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>Check this &amp;machine…</source>
        <translation>Diesen &amp;Rechner prüfen…</translation>
    </message>
    <message>
        <source>&amp;Details…</source>
        <translation>&amp;Einzelheiten…</translation>
    </message>
    <message>
        <source>&amp;About Cloudlet Studio</source>
        <translation>&amp;Über Cloudlet Studio</translation>
    </message>
    <message numerus="yes">
        <source>%n VM(s) run on from an earlier start.</source>
        <translation>
            <numerusform>%n VM läuft von einem früheren Start weiter.</numerusform>
            <numerusform>%n VMs laufen von einem früheren Start weiter.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Show</source>
        <translation>&amp;Zeigen</translation>
    </message>
    <message>
        <source>Open an overlay, a base or a disk</source>
        <translation>Overlay, Basis oder Platte öffnen</translation>
    </message>
    <message>
        <source>Overlays and bases (*.cloudlet *.cloudlet-base);;All files (*)</source>
        <translation>Overlays und Basen (*.cloudlet *.cloudlet-base);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>About Cloudlet Studio</source>
        <translation>Über Cloudlet Studio</translation>
    </message>
    <message>
        <source>&lt;b&gt;Cloudlet Studio %1&lt;/b&gt;&lt;p&gt;Authors VM overlays and brings them to life.&lt;p&gt;The source is under the Apache License 2.0; this program links libvncclient and is therefore under the GNU General Public License, version 3.</source>
        <translation>&lt;b&gt;Cloudlet Studio %1&lt;/b&gt;&lt;p&gt;Erstellt VM-Overlays und erweckt sie zum Leben.&lt;p&gt;Der Quelltext steht unter der Apache-Lizenz 2.0; dieses Programm bindet libvncclient ein und steht daher unter der GNU General Public License, Version 3.</translation>
    </message>
    <message>
        <source>Close all the same?</source>
        <translation>Trotzdem schließen?</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>S&amp;chließen</translation>
    </message>
    <message>
        <source>Read agai&amp;n</source>
        <translation>Neu ein&amp;lesen</translation>
    </message>
    <message>
        <source>Vie&amp;w</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Cloudlets</source>
        <translation>&amp;Cloudlets</translation>
    </message>
    <message>
        <source>&amp;Next page</source>
        <translation>&amp;Nächste Seite</translation>
    </message>
    <message>
        <source>&amp;Previous page</source>
        <translation>&amp;Vorherige Seite</translation>
    </message>
    <message>
        <source>Show as &amp;command…</source>
        <translation>Als &amp;Befehl zeigen…</translation>
    </message>
    <message>
        <source>Check this machine</source>
        <translation>Diesen Rechner prüfen</translation>
    </message>
</context>
<context>
    <name>cloudlet::ManifestText</name>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message numerus="yes">
        <source>%1, CPU %2, %n processor(s), %3 memory, %4</source>
        <translation>
            <numerusform>%1, CPU %2, %n Prozessor, %3 Arbeitsspeicher, %4</numerusform>
            <numerusform>%1, CPU %2, %n Prozessoren, %3 Arbeitsspeicher, %4</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>cloudlet::MeterPanel</name>
    <message>
        <source>If the overlay were made now</source>
        <translation>Würde das Overlay jetzt erstellt</translation>
    </message>
    <message>
        <source>Measuring…</source>
        <translation>Messung läuft…</translation>
    </message>
    <message>
        <source>About %1</source>
        <translation>Etwa %1</translation>
    </message>
    <message>
        <source>%1: %2 changed, %3 stored</source>
        <translation>%1: %2 geändert, %3 gespeichert</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Platte</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Arbeitsspeicher</translation>
    </message>
</context>
<context>
    <name>cloudlet::NoticeBar</name>
    <message>
        <source>Close the notice</source>
        <translation>Hinweis schließen</translation>
    </message>
</context>
<context>
    <name>cloudlet::Notifier</name>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
</context>
<context>
    <name>cloudlet::OpenFile</name>
    <message>
        <source>Open a file</source>
        <translation>Datei öffnen</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is %2.</source>
        <translation>„%1“ ist %2.</translation>
    </message>
    <message>
        <source>What shall be done with it?</source>
        <translation>Was soll damit geschehen?</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>Aus&amp;führen</translation>
    </message>
    <message>
        <source>&amp;Inspect</source>
        <translation>&amp;Untersuchen</translation>
    </message>
    <message>
        <source>&amp;Add to the library</source>
        <translation>&amp;Zur Bibliothek hinzufügen</translation>
    </message>
    <message>
        <source>&amp;Import the base</source>
        <translation>Basis &amp;importieren</translation>
    </message>
    <message>
        <source>A copy of it can be booted and made a base VM.</source>
        <translation>Eine Kopie davon kann gestartet und zur Basis-VM gemacht werden.</translation>
    </message>
    <message>
        <source>Create a &amp;base from it…</source>
        <translation>&amp;Basis daraus erstellen…</translation>
    </message>
    <message>
        <source>A system can be installed from it and made a base VM.</source>
        <translation>Davon kann ein System installiert und zur Basis-VM gemacht werden.</translation>
    </message>
    <message>
        <source>&amp;Install a base from it…</source>
        <translation>Basis davon &amp;installieren…</translation>
    </message>
    <message>
        <source>The studio opens VM overlays, base packages, disk images (raw and qcow2) and images of installation discs.</source>
        <translation>Das Studio öffnet VM-Overlays, Basispakete, Plattenabbilder (raw und qcow2) und Abbilder von Installations-Discs.</translation>
    </message>
</context>
<context>
    <name>cloudlet::OverlayFilesModel</name>
    <message>
        <source>tables of the file system</source>
        <translation>Tabellen des Dateisystems</translation>
    </message>
    <message>
        <source>journal of the file system</source>
        <translation>Journal des Dateisystems</translation>
    </message>
    <message>
        <source>in no file on the disk</source>
        <translation>in keiner Datei auf der Platte</translation>
    </message>
    <message>
        <source>Stored</source>
        <translation>Gespeichert</translation>
    </message>
    <message>
        <source>Chunks</source>
        <translation>Blöcke</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
</context>
<context>
    <name>cloudlet::OverlayPage</name>
    <message>
        <source>What the VM touches first now leads the file: it starts earlier.</source>
        <translation>Was die VM zuerst braucht, steht jetzt vorn in der Datei: sie startet früher.</translation>
    </message>
    <message>
        <source>Export the overlay</source>
        <translation>Overlay exportieren</translation>
    </message>
    <message>
        <source>A copy is in %1.</source>
        <translation>Eine Kopie liegt in %1.</translation>
    </message>
    <message>
        <source>New</source>
        <translation>Neu</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>Geändert</translation>
    </message>
    <message>
        <source>Zero</source>
        <translation>Nullen</translation>
    </message>
    <message>
        <source>Reading: %1…</source>
        <translation>Lesen: %1…</translation>
    </message>
    <message>
        <source>Overlay: %1</source>
        <translation>Overlay: %1</translation>
    </message>
    <message>
        <source>Work on &quot;%1&quot; is not finished.</source>
        <translation>Die Arbeit an „%1“ ist noch nicht fertig.</translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation>Overlay</translation>
    </message>
    <message>
        <source>&amp;Run here</source>
        <translation>H&amp;ier ausführen</translation>
    </message>
    <message>
        <source>Brings the VM of this overlay to life here</source>
        <translation>Startet die VM dieses Overlays hier</translation>
    </message>
    <message>
        <source>&amp;Push to…</source>
        <translation>&amp;Übertragen…</translation>
    </message>
    <message>
        <source>Sends it to a cloudlet and runs it there</source>
        <translation>Schickt es an ein Cloudlet und führt es dort aus</translation>
    </message>
    <message>
        <source>&amp;Verify</source>
        <translation>&amp;Prüfen</translation>
    </message>
    <message>
        <source>Replays it against its base and compares every hash</source>
        <translation>Spielt es über seiner Basis nach und vergleicht jede Prüfsumme</translation>
    </message>
    <message>
        <source>It gives back what it was made from, byte for byte.</source>
        <translation>Es ergibt Byte für Byte, woraus es erstellt wurde.</translation>
    </message>
    <message>
        <source>Runs its VM once to learn what it touches first, and puts that first in the file</source>
        <translation>Lässt seine VM einmal laufen, um zu lernen, was sie zuerst braucht, und stellt das in der Datei voran</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>&amp;Exportieren…</translation>
    </message>
    <message>
        <source>Copies the file, for others</source>
        <translation>Kopiert die Datei, für andere</translation>
    </message>
    <message>
        <source>What takes how much of the file</source>
        <translation>Was wie viel der Datei belegt</translation>
    </message>
    <message>
        <source>Where it lies in the VM</source>
        <translation>Wo es in der VM liegt</translation>
    </message>
    <message>
        <source>Files of the guest</source>
        <translation>Dateien des Gasts</translation>
    </message>
    <message>
        <source>Files of the guest on its disk</source>
        <translation>Dateien des Gasts auf seiner Platte</translation>
    </message>
    <message>
        <source>&quot;%1&quot; cannot be read.</source>
        <translation>„%1“ kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>Not readable: %1</source>
        <translation>Nicht lesbar: %1</translation>
    </message>
    <message>
        <source>It changes nothing on the disk.</source>
        <translation>Es ändert nichts auf der Platte.</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) and folder(s) of %1 changed; they take %2 of %3.</source>
        <translation>
            <numerusform>%n Datei oder Ordner von %1 geändert; das belegt %2 von %3.</numerusform>
            <numerusform>%n Dateien und Ordner von %1 geändert; sie belegen %2 von %3.</numerusform>
        </translation>
    </message>
    <message>
        <source>Base:</source>
        <translation>Basis:</translation>
    </message>
    <message>
        <source>Machine:</source>
        <translation>Maschine:</translation>
    </message>
    <message>
        <source>Ports:</source>
        <translation>Ports:</translation>
    </message>
    <message>
        <source>Start set:</source>
        <translation>Startmenge:</translation>
    </message>
    <message numerus="yes">
        <source>%Ln chunk(s) lead the file, stored as %1</source>
        <translation>
            <numerusform>%Ln Block steht vorn in der Datei, gespeichert in %1</numerusform>
            <numerusform>%Ln Blöcke stehen vorn in der Datei, gespeichert in %1</numerusform>
        </translation>
    </message>
    <message>
        <source>none yet; a rehearsal makes it start earlier</source>
        <translation>noch keine; ein Probelauf lässt es früher starten</translation>
    </message>
    <message>
        <source>Made:</source>
        <translation>Erstellt:</translation>
    </message>
    <message>
        <source>%1 by %2</source>
        <translation>%1 mit %2</translation>
    </message>
    <message>
        <source>File:</source>
        <translation>Datei:</translation>
    </message>
    <message>
        <source>Chunks</source>
        <translation>Blöcke</translation>
    </message>
    <message>
        <source>Repeated</source>
        <translation>Wiederholt</translation>
    </message>
    <message>
        <source>Stored</source>
        <translation>Gespeichert</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Platte</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Arbeitsspeicher</translation>
    </message>
    <message>
        <source>Device state</source>
        <translation>Gerätezustand</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>Beschreibung</translation>
    </message>
    <message>
        <source>Whole file</source>
        <translation>Ganze Datei</translation>
    </message>
    <message>
        <source>Rehe&amp;arse</source>
        <translation>Probela&amp;uf</translation>
    </message>
    <message>
        <source>In the base</source>
        <translation>In der Basis</translation>
    </message>
</context>
<context>
    <name>cloudlet::PortDialog</name>
    <message>
        <source>Ports of the guest</source>
        <translation>Ports des Gasts</translation>
    </message>
    <message>
        <source>Each leads from 127.0.0.1 to the guest at once; the overlay keeps them for whoever runs it. Host port 0 is any free one.</source>
        <translation>Jeder führt sofort von 127.0.0.1 zum Gast; das Overlay behält sie für alle, die es ausführen. Host-Port 0 ist ein beliebiger freier.</translation>
    </message>
</context>
<context>
    <name>cloudlet::PortModel</name>
    <message>
        <source>0: any free port of this host</source>
        <translation>0: ein beliebiger freier Port dieses Hosts</translation>
    </message>
    <message>
        <source>any</source>
        <translation>beliebig</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Port of the guest</source>
        <translation>Port des Gasts</translation>
    </message>
    <message>
        <source>Port of this host</source>
        <translation>Port dieses Hosts</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>More than %1 ports</source>
        <translation>Mehr als %1 Ports</translation>
    </message>
    <message>
        <source>Named twice</source>
        <translation>Doppelt angegeben</translation>
    </message>
    <message>
        <source>Taken on this host</source>
        <translation>Auf diesem Host belegt</translation>
    </message>
</context>
<context>
    <name>cloudlet::PortTable</name>
    <message>
        <source>Ports</source>
        <translation>Ports</translation>
    </message>
    <message>
        <source>&amp;Add port</source>
        <translation>Port &amp;hinzufügen</translation>
    </message>
    <message>
        <source>Re&amp;move</source>
        <translation>&amp;Entfernen</translation>
    </message>
    <message>
        <source>&amp;Ports:</source>
        <translation>&amp;Ports:</translation>
    </message>
</context>
<context>
    <name>cloudlet::PushDialog</name>
    <message>
        <source>&amp;Start the VM only when all has arrived</source>
        <translation>VM &amp;erst starten, wenn alles angekommen ist</translation>
    </message>
    <message>
        <source>Push &quot;%1&quot;</source>
        <translation>„%1“ übertragen</translation>
    </message>
    <message>
        <source>&amp;Push</source>
        <translation>Ü&amp;bertragen</translation>
    </message>
    <message>
        <source>Cloudlet</source>
        <translation>Cloudlet</translation>
    </message>
    <message>
        <source>&amp;Cloudlet:</source>
        <translation>&amp;Cloudlet:</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>This computer is not paired with a cloudlet. Run &quot;synthesis_server pair&quot; there, and pair with its link on the Cloudlets page.</source>
        <translation>Dieser Rechner ist mit keinem Cloudlet gekoppelt. Führen Sie dort „synthesis_server pair“ aus und koppeln Sie mit dem Link auf der Seite „Cloudlets“.</translation>
    </message>
    <message>
        <source>Asking the cloudlet…</source>
        <translation>Das Cloudlet wird gefragt…</translation>
    </message>
    <message>
        <source>It holds the base and has room. Its CPU and QEMU it compares itself, before it takes anything.</source>
        <translation>Es hat die Basis und genug Platz. CPU und QEMU vergleicht es selbst, bevor es etwas annimmt.</translation>
    </message>
    <message>
        <source>It cannot be pushed there: %1.</source>
        <translation>Es kann nicht dorthin übertragen werden: %1.</translation>
    </message>
    <message>
        <source>Send the &amp;base first (up to %1)</source>
        <translation>&amp;Basis zuerst senden (bis zu %1)</translation>
    </message>
    <message>
        <source>The base VM &quot;%1&quot; goes there first, and stays there.</source>
        <translation>Die Basis-VM „%1“ geht zuerst dorthin und bleibt dort.</translation>
    </message>
    <message>
        <source>It does not hold the base VM &quot;%1&quot;, which this computer can send it.</source>
        <translation>Es hat die Basis-VM „%1“ nicht; dieser Rechner kann sie senden.</translation>
    </message>
</context>
<context>
    <name>cloudlet::PushPage</name>
    <message>
        <source>&quot;%1&quot; is offered to %2…</source>
        <translation>„%1“ wird %2 angeboten…</translation>
    </message>
    <message>
        <source>Cloudlet:</source>
        <translation>Cloudlet:</translation>
    </message>
    <message>
        <source>Address:</source>
        <translation>Adresse:</translation>
    </message>
    <message>
        <source>%1; trying to come back</source>
        <translation>%1; neuer Verbindungsversuch</translation>
    </message>
    <message>
        <source>Ends the VM on the cloudlet</source>
        <translation>Beendet die VM auf dem Cloudlet</translation>
    </message>
    <message>
        <source>Leaves the VM running there; find it again under Cloudlets</source>
        <translation>Lässt die VM dort laufen; Sie finden sie unter „Cloudlets“ wieder</translation>
    </message>
    <message>
        <source>Brings back what the VM has become, as an overlay, and ends it</source>
        <translation>Holt, was aus der VM geworden ist, als Overlay zurück und beendet sie</translation>
    </message>
    <message>
        <source>Push: %1</source>
        <translation>Übertragen: %1</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is on %2; closing ends its VM there. &quot;Keep running&quot; leaves it.</source>
        <translation>„%1“ ist auf %2; Schließen beendet die VM dort. „Weiterlaufen lassen“ behält sie.</translation>
    </message>
    <message>
        <source>The line is back; %1 are there</source>
        <translation>Die Verbindung steht wieder; %1 sind dort</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is on its way to %2…</source>
        <translation>„%1“ ist auf dem Weg zu %2…</translation>
    </message>
    <message>
        <source>The cloudlet takes it</source>
        <translation>Das Cloudlet nimmt es an</translation>
    </message>
    <message>
        <source>&quot;%1&quot; runs on %2.</source>
        <translation>„%1“ läuft auf %2.</translation>
    </message>
    <message>
        <source>Running after:</source>
        <translation>Läuft nach:</translation>
    </message>
    <message>
        <source>Console of %1 on %2</source>
        <translation>Konsole von %1 auf %2</translation>
    </message>
    <message>
        <source>Complete after:</source>
        <translation>Vollständig nach:</translation>
    </message>
    <message>
        <source>There:</source>
        <translation>Angekommen:</translation>
    </message>
    <message>
        <source>all of it</source>
        <translation>alles</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Window:</source>
        <translation>Fenster:</translation>
    </message>
    <message>
        <source>Waited for:</source>
        <translation>Gewartet auf:</translation>
    </message>
    <message numerus="yes">
        <source>%Ln segment(s)</source>
        <translation>
            <numerusform>%Ln Segment</numerusform>
            <numerusform>%Ln Segmente</numerusform>
        </translation>
    </message>
    <message>
        <source>Where to put the residue</source>
        <translation>Wohin mit den Änderungen</translation>
    </message>
    <message>
        <source>%1, used</source>
        <translation>%1, benutzt</translation>
    </message>
    <message>
        <source>Overlays (*.cloudlet)</source>
        <translation>Overlays (*.cloudlet)</translation>
    </message>
    <message>
        <source>What &quot;%1&quot; has become is being fetched…</source>
        <translation>Was aus „%1“ geworden ist, wird geholt…</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is being finished…</source>
        <translation>„%1“ wird beendet…</translation>
    </message>
    <message>
        <source>&quot;%1&quot; does not run on %2.</source>
        <translation>„%1“ läuft nicht auf %2.</translation>
    </message>
    <message>
        <source>Cancelled; nothing of it is left on %1.</source>
        <translation>Abgebrochen; auf %1 ist nichts davon geblieben.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; runs on, on %2.</source>
        <translation>„%1“ läuft auf %2 weiter.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; has ended; what it had become is in %2.</source>
        <translation>„%1“ ist beendet; was daraus geworden war, liegt in %2.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; has ended.</source>
        <translation>„%1“ ist beendet.</translation>
    </message>
    <message>
        <source>The base of &quot;%1&quot; goes to %2…</source>
        <translation>Die Basis von „%1“ geht an %2…</translation>
    </message>
    <message>
        <source>F&amp;inish</source>
        <translation>Be&amp;enden</translation>
    </message>
    <message>
        <source>First answer after:</source>
        <translation>Erste Antwort nach:</translation>
    </message>
    <message>
        <source>Port %1 answers</source>
        <translation>Port %1 antwortet</translation>
    </message>
    <message>
        <source>Keep runnin&amp;g</source>
        <translation>&amp;Weiterlaufen lassen</translation>
    </message>
    <message>
        <source>Fetch resi&amp;due…</source>
        <translation>&amp;Änderungen holen…</translation>
    </message>
    <message>
        <source>Push</source>
        <translation>Übertragen</translation>
    </message>
</context>
<context>
    <name>cloudlet::RemotePage</name>
    <message>
        <source>&quot;%1&quot; runs on %2; closing this page leaves it.</source>
        <translation>„%1“ läuft auf %2; diese Seite zu schließen lässt sie laufen.</translation>
    </message>
    <message>
        <source>Cloudlet:</source>
        <translation>Cloudlet:</translation>
    </message>
    <message>
        <source>Address:</source>
        <translation>Adresse:</translation>
    </message>
    <message>
        <source>Console of %1 on %2</source>
        <translation>Konsole von %1 auf %2</translation>
    </message>
    <message>
        <source>On a cloudlet: %1</source>
        <translation>Auf einem Cloudlet: %1</translation>
    </message>
    <message>
        <source>Look at it</source>
        <translation>Nachsehen</translation>
    </message>
    <message>
        <source>Fetch its changes</source>
        <translation>Änderungen holen</translation>
    </message>
    <message>
        <source>End it</source>
        <translation>Beenden</translation>
    </message>
</context>
<context>
    <name>cloudlet::RunPage</name>
    <message>
        <source>Save &amp;changes…</source>
        <translation>&amp;Änderungen sichern…</translation>
    </message>
    <message>
        <source>Makes a new overlay of what this VM has become; the VM runs on</source>
        <translation>Erstellt ein neues Overlay aus dem, was aus dieser VM geworden ist; die VM läuft weiter</translation>
    </message>
    <message>
        <source>Ends the VM at once</source>
        <translation>Beendet die VM sofort</translation>
    </message>
    <message>
        <source>Brings the VM to life anew</source>
        <translation>Startet die VM von neuem</translation>
    </message>
    <message>
        <source>%1, used</source>
        <translation>%1, benutzt</translation>
    </message>
    <message>
        <source>First answer after:</source>
        <translation>Erste Antwort nach:</translation>
    </message>
    <message>
        <source>Port %1 answers</source>
        <translation>Port %1 antwortet</translation>
    </message>
    <message>
        <source>Run: %1</source>
        <translation>VM: %1</translation>
    </message>
    <message>
        <source>&quot;%1&quot; runs; closing ends it, and what it holds is lost.</source>
        <translation>„%1“ läuft; Schließen beendet sie, und ihr Inhalt geht verloren.</translation>
    </message>
    <message>
        <source>The changes of &quot;%1&quot; are not saved yet.</source>
        <translation>Die Änderungen von „%1“ sind noch nicht gesichert.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; comes to life…</source>
        <translation>„%1“ startet…</translation>
    </message>
    <message>
        <source>&quot;%1&quot; runs.</source>
        <translation>„%1“ läuft.</translation>
    </message>
    <message>
        <source>What &quot;%1&quot; has become is being saved…</source>
        <translation>Was aus „%1“ geworden ist, wird gesichert…</translation>
    </message>
    <message>
        <source>Base:</source>
        <translation>Basis:</translation>
    </message>
    <message>
        <source>Running after:</source>
        <translation>Läuft nach:</translation>
    </message>
    <message>
        <source>Overlay placed in:</source>
        <translation>Overlay eingesetzt in:</translation>
    </message>
    <message>
        <source>Resumed in:</source>
        <translation>Fortgesetzt in:</translation>
    </message>
    <message>
        <source>Console of %1</source>
        <translation>Konsole von %1</translation>
    </message>
    <message>
        <source>Complete after:</source>
        <translation>Vollständig nach:</translation>
    </message>
    <message>
        <source>%1 of %2 are here</source>
        <translation>%1 von %2 sind hier</translation>
    </message>
    <message>
        <source>In time:</source>
        <translation>Rechtzeitig:</translation>
    </message>
    <message numerus="yes">
        <source>%Ln chunk(s)</source>
        <translation>
            <numerusform>%Ln Block</numerusform>
            <numerusform>%Ln Blöcke</numerusform>
        </translation>
    </message>
    <message>
        <source>Waited for:</source>
        <translation>Gewartet auf:</translation>
    </message>
    <message>
        <source>Saved as %1: %2, the guest stood still for %3</source>
        <translation>Gesichert als %1: %2, der Gast stand %3 still</translation>
    </message>
    <message>
        <source>&quot;%1&quot; runs. What it had become is saved as &quot;%2&quot;.</source>
        <translation>„%1“ läuft. Was daraus geworden war, ist als „%2“ gesichert.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; does not run any more.</source>
        <translation>„%1“ läuft nicht mehr.</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>Abgebrochen.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; has ended.</source>
        <translation>„%1“ ist beendet.</translation>
    </message>
    <message>
        <source>St&amp;op</source>
        <translation>Be&amp;enden</translation>
    </message>
    <message>
        <source>Run a&amp;gain</source>
        <translation>&amp;Erneut ausführen</translation>
    </message>
    <message>
        <source>End the VM of &quot;%1&quot;?</source>
        <translation>VM von „%1“ beenden?</translation>
    </message>
    <message>
        <source>What it has become is lost.</source>
        <translation>Was aus ihr geworden ist, geht verloren.</translation>
    </message>
    <message>
        <source>&amp;End the VM</source>
        <translation>VM &amp;beenden</translation>
    </message>
    <message>
        <source>Start it while it arrives</source>
        <translation>Starten, während es ankommt</translation>
    </message>
</context>
<context>
    <name>cloudlet::StageBar</name>
    <message>
        <source>%1 s left</source>
        <translation>noch %1 s</translation>
    </message>
    <message>
        <source>%1 min %2 s left</source>
        <translation>noch %1 min %2 s</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>%1/s</source>
        <translation>%1/s</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>Cancelling…</source>
        <translation>Wird abgebrochen…</translation>
    </message>
    <message>
        <source>Ca&amp;ncel</source>
        <translation>A&amp;bbrechen</translation>
    </message>
</context>
<context>
    <name>cloudlet::StartAuthorDialog</name>
    <message>
        <source>Author an overlay of &quot;%1&quot;</source>
        <translation>Overlay von „%1“ anpassen</translation>
    </message>
    <message>
        <source>Ports of the guest to open on this machine, now and for whoever runs the overlay. They can be changed while the guest runs.</source>
        <translation>Ports des Gasts, die auf diesem Rechner geöffnet werden, jetzt und für alle, die das Overlay ausführen. Sie können geändert werden, während der Gast läuft.</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>&amp;Starten</translation>
    </message>
    <message>
        <source>overlay of %1</source>
        <translation>Overlay von %1</translation>
    </message>
</context>
<context>
    <name>cloudlet::StudioLog</name>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>What the studio has done</source>
        <translation>Was das Studio getan hat</translation>
    </message>
    <message>
        <source>Cop&amp;y all</source>
        <translation>&amp;Alles kopieren</translation>
    </message>
</context>
<context>
    <name>cloudlet::SurvivorPage</name>
    <message>
        <source>&amp;End the VM</source>
        <translation>VM b&amp;eenden</translation>
    </message>
    <message>
        <source>Ends it at once and removes its files</source>
        <translation>Beendet sie sofort und entfernt ihre Dateien</translation>
    </message>
    <message>
        <source>&quot;%1&quot; runs on, though the program that started it has ended.</source>
        <translation>„%1“ läuft weiter, obwohl das Programm beendet ist, das sie gestartet hat.</translation>
    </message>
    <message>
        <source>Console of %1</source>
        <translation>Konsole von %1</translation>
    </message>
    <message>
        <source>Left: %1</source>
        <translation>Übrig: %1</translation>
    </message>
    <message>
        <source>&quot;%1&quot; has ended; its files are removed.</source>
        <translation>„%1“ ist beendet; ihre Dateien sind entfernt.</translation>
    </message>
    <message>
        <source>Started:</source>
        <translation>Gestartet:</translation>
    </message>
    <message>
        <source>Session:</source>
        <translation>Sitzung:</translation>
    </message>
    <message>
        <source>Save its changes</source>
        <translation>Änderungen sichern</translation>
    </message>
    <message>
        <source>Save a picture</source>
        <translation>Bild sichern</translation>
    </message>
</context>
<context>
    <name>cloudlet::TypeTextDialog</name>
    <message>
        <source>Type text into the guest</source>
        <translation>Text in den Gast eingeben</translation>
    </message>
    <message>
        <source>T&amp;ype</source>
        <translation>&amp;Eingeben</translation>
    </message>
    <message>
        <source>&amp;Text:</source>
        <translation>&amp;Text:</translation>
    </message>
    <message>
        <source>Keyboard &amp;layout of the guest:</source>
        <translation>Tastaturbe&amp;legung des Gasts:</translation>
    </message>
</context>
<context>
    <name>cloudlet::VncSession</name>
    <message>
        <source>There is no memory left.</source>
        <translation>Es ist kein Arbeitsspeicher mehr frei.</translation>
    </message>
    <message>
        <source>The console&apos;s server closed the connection.</source>
        <translation>Der Server der Konsole hat die Verbindung geschlossen.</translation>
    </message>
    <message>
        <source>The console&apos;s server is lost: %1.</source>
        <translation>Der Server der Konsole ist verloren: %1.</translation>
    </message>
</context>
<context>
    <name>cloudlet::main</name>
    <message>
        <source>Author VM overlays and bring them to life.</source>
        <translation>VM-Overlays erstellen und zum Leben erwecken.</translation>
    </message>
    <message>
        <source>Folder of the catalog.</source>
        <translation>Ordner des Katalogs.</translation>
    </message>
    <message>
        <source>libvirt connection URI.</source>
        <translation>URI der libvirt-Verbindung.</translation>
    </message>
    <message>
        <source>Overlay, base or disk to open.</source>
        <translation>Overlay, Basis oder Platte, die geöffnet wird.</translation>
    </message>
</context>
</TS>
