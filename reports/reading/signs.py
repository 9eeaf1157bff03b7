"""The words and letters people put round the numbers of a position, in seven languages."""

# A hemisphere mark: what it says on a latitude, what it says on a longitude (None: it cannot stand there).
# T is East (ms, id), South (fil), West (vi); S is South, but East after a Filipino longitude;
# B is West (ms), North (vi). Which it is follows from the axis, the language and the service box.
HEMISPHERES: dict[str, tuple[str | None, str | None]] = {
    "s": ("S", "E"),
    "t": ("S", "E"),
    "b": ("N", "W"),
    **dict.fromkeys(
        (
            "n",
            "u",
            "h",
            "lu",
            "utr",
            "utara",
            "north",
            "northern",
            "hilaga",
            "bac",
            "norte",
            "เหนือ",
            "வடக்கு",
            "vadakku",
        ),
        ("N", None),
    ),
    **dict.fromkeys(
        ("ls", "slt", "sel", "selatan", "south", "southern", "timog", "nam", "sur", "ใต้", "தெற்கு", "therku"),
        ("S", None),
    ),
    **dict.fromkeys(
        (
            "e",
            "d",
            "bt",
            "tmr",
            "tim",
            "timur",
            "east",
            "eastern",
            "silangan",
            "dong",
            "este",
            "ตะวันออก",
            "கிழக்கு",
            "kizhakku",
        ),
        (None, "E"),
    ),
    **dict.fromkeys(
        ("w", "k", "bb", "brt", "barat", "west", "western", "kanluran", "tay", "ตะวันตก", "மேற்கு", "merku"),
        (None, "W"),
    ),
}
# Letters that are also everyday abbreviations: a pair made with them counts only inside the service box.
LOOSE = frozenset("tbhkdu")

LATITUDE_WORDS = frozenset(
    "lat latt latitude latitud lattitude latitut lintang vi φ ละติจูด แลต அட்சரேகை".split()
)
LONGITUDE_WORDS = frozenset(
    "lon long lng longitude longitud longhitud bujur kinh λ ลองจิจูด ลอง தீர்க்கரேகை".split()
)
DEGREE_WORDS = frozenset(
    "d h deg degs digri degree degrees derajat drj darjah drjh dgr grado grados do องศา டிகிரி".split()
)
MINUTE_WORDS = frozenset(
    "m min mins minute minutes minit menit mnt minuto minutos phut ลิปดา นาที நிமிடம்".split()
)
SECOND_WORDS = frozenset("sec secs second seconds saat detik segundo segundos giay ฟิลิปดา วินาที விநாடி".split())
JOINERS = frozenset("and dan at va x garis tuyen และ மற்றும்".split())

# A number before one of these counts or measures something else than a place.
UNITS = (
    "kg kgs kilo kilogram ton tonnes tan gt grt km kilometer nm nmi mil mile miles mail batu "
    "nautical knot knots kn kts kt knts ft feet kaki fathom fathoms depa hp pk liter litre liters "
    "litres ltr jam hari days hours hour hrs tahun years ekor kotak boxes box tong drum jerigen "
    "persen percent ribu rb juta ringgit rupiah peso pesos baht sen ly hai oras araw gio ngay mph "
    "kmh volt watt mhz khz bar psi"
).split()
BOAT_UNITS = (
    "bot boat boats kapal perahu bangka barko sampan speedboat speedboats vessel vessels tau thuyen "
    "ghe kampit pukat tongkang"
).split()
PERSON_UNITS = (
    "orang org orng ornag oranng person persons people pax pob crew krew kru abk awak men man "
    "penumpang passenger passengers katao tao tripulante pasahero nguoi thuyen dewasa anak budak "
    "kanak adult adults child children kids nelayan mangingisda lelaki perempuan wanita women bayi "
    "souls fishermen lanun perompak pirates robbers attackers"
).split()
PRICE_WORDS = "harga hrg invoice bil bill price presyo rm rp php idr usd myr vnd thb bayar gia ราคา".split()
PHONE_WORDS = (
    "tel telp telefon telepon phone hp fon fone call hubungi wa whatsapp imo mmsi inmarsat fax ic "
    "nric pin otp "
).split()
