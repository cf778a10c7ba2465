"""Headers of Prophesee's files, by the rules of each program that is known to read them."""

FAERY_VERSIONS = {"EVT2": "2", "EVT3": "3"}


def openeb_lines(data):
    """GenericHeader::parse_header: lines of "% ", a key and a value, up to `% end`; a later line wins."""
    fields, at = {}, 0
    while data.startswith(b"% ", at):
        stop = data.index(b"\n", at)
        words = data[at + 2 : stop].decode("ascii").split()
        at = stop + 1
        if words[:1] == ["end"]:
            break
        if words:
            fields[words[0]] = " ".join(words[1:])
    return fields, at


def faery_lines(data):
    """read_prophesee_header: lines that begin with a percent sign and are UTF-8; it knows no end marker."""
    lines, at = [], 0
    while data.startswith(b"%", at):
        stop = data.find(b"\n", at) + 1 or len(data)
        try:
            lines.append(data[at:stop].decode("utf-8")[1:].strip())
        except UnicodeDecodeError:
            break
        at = stop
    return lines, at


def expelliarmus_end(data):
    """jump_header: as long as a line begins with a percent sign."""
    at = 0
    while data.startswith(b"%", at):
        at = data.find(b"\n", at) + 1 or len(data)
    return at


def faery_header(lines):
    """Version and size: `format` tells the size where it has two options, `geometry` too; a later line wins."""
    version = size = width = height = None
    for line in lines:
        words = line.replace(";", " ").split()
        if len(words) < 2:
            continue
        if words[0] == "Version":
            version = words[1]
        elif words[0] == "Width":
            width = int(words[1])
        elif words[0] == "Height":
            height = int(words[1])
        elif words[0] == "evt":
            version = words[1].removesuffix(".0")
        elif words[0] == "geometry":
            size = tuple(map(int, words[1].split("x")))
        elif words[0] == "format":
            version = FAERY_VERSIONS.get(words[1], words[1])
            options = dict(word.split("=") for word in words[2:])
            if len(words) == 4:
                size = int(options["width"]), int(options["height"])
    return version, size or (width, height)


def raw_header(data, encoding, faults):
    """PseeRawFileHeader::check_header of a file that names no system. Returns size, endianness, where the words begin."""
    fields, end = openeb_lines(data)
    name, *texts = fields["format"].split(";")
    options = dict(text.split("=") for text in texts)
    if name != encoding:
        faults.append(f"OpenEB: format {name}")
    line = fields.get("geometry")
    if line is not None and {"width", "height"} <= options.keys() and f"{options['width']}x{options['height']}" != line:
        faults.append("OpenEB: the sizes of format and geometry differ")
    if line is None and not {"width", "height"} <= options.keys():
        faults.append("OpenEB: no geometry, the file does not open")
    size = tuple(map(int, (line or f"{options['width']}x{options['height']}").split("x")))
    if name == "EVT21":
        # The system that is not named has number -1, which is below that of the first one with the new order.
        options.setdefault("endianness", fields.get("endianness", "legacy"))
    if fields.get("evt", {"EVT2": "2.0", "EVT3": "3.0"}.get(encoding)) not in (None, f"{encoding[3:4]}.0"):
        faults.append(f"Prophesee's plain decoders: evt {fields['evt']}")
    lines, faery_end = faery_lines(data)
    version, faery_size = faery_header(lines)
    if encoding in FAERY_VERSIONS and version != FAERY_VERSIONS[encoding]:
        faults.append(f"faery: version {version}")
    if faery_size != size:
        faults.append(f"faery: size {faery_size}")
    for reader, other in (("faery", faery_end), ("expelliarmus", expelliarmus_end(data))):
        if other != end:
            faults.append(f"{reader}: the header ends at {other}, not {end}")
    return size, options.get("endianness"), end
