<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>cloudlet::HostFindings</name>
    <message numerus="yes">
        <source>%n problem(s) keep VMs from running here.</source>
        <translation>
            <numerusform>%n problem keeps VMs from running here.</numerusform>
            <numerusform>%n problems keep VMs from running here.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>cloudlet::LibraryPage</name>
    <message numerus="yes">
        <source>And %n more.</source>
        <translation>
            <numerusform>And %n more.</numerusform>
            <numerusform>And %n more.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>cloudlet::MainWindow</name>
    <message numerus="yes">
        <source>%n VM(s) run on from an earlier start.</source>
        <translation>
            <numerusform>%n VM runs on from an earlier start.</numerusform>
            <numerusform>%n VMs run on from an earlier start.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>cloudlet::ManifestText</name>
    <message numerus="yes">
        <source>%1, CPU %2, %n processor(s), %3 memory, %4</source>
        <translation>
            <numerusform>%1, CPU %2, %n processor, %3 memory, %4</numerusform>
            <numerusform>%1, CPU %2, %n processors, %3 memory, %4</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>cloudlet::OverlayPage</name>
    <message numerus="yes">
        <source>%n file(s) and folder(s) of %1 changed; they take %2 of %3.</source>
        <translation>
            <numerusform>%n file or folder of %1 changed; it takes %2 of %3.</numerusform>
            <numerusform>%n files and folders of %1 changed; they take %2 of %3.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln chunk(s) lead the file, stored as %1</source>
        <translation>
            <numerusform>%Ln chunk leads the file, stored as %1</numerusform>
            <numerusform>%Ln chunks lead the file, stored as %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>cloudlet::PushPage</name>
    <message numerus="yes">
        <source>%Ln segment(s)</source>
        <translation>
            <numerusform>%Ln segment</numerusform>
            <numerusform>%Ln segments</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>cloudlet::RunPage</name>
    <message numerus="yes">
        <source>%Ln chunk(s)</source>
        <translation>
            <numerusform>%Ln chunk</numerusform>
            <numerusform>%Ln chunks</numerusform>
        </translation>
    </message>
</context>
</TS>
