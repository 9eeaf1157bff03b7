"""Countries and the states that texts name after a place: "Pulau Gaya, Sabah", "Belawan, Indonesia".

They say which bearer of a name is meant, and that a name before them is one of a place.
"""

import re

from communities.sphere import NAUTICAL_MILE_M

from .place_index import Circle

_COUNTRY_NAMES = {
    "ID": "indonesia,indonesian",
    "MY": "malaysia,malaysian",
    "PH": "philippines,pilipinas,filipina,philippine",
    "VN": "vietnam,viet nam",
    "TH": "thailand,ประเทศไทย",
    "SG": "singapore,singapura",
    "BN": "brunei",
    "MM": "myanmar,burma",
    "KH": "cambodia,kampuchea,kemboja",
    "CN": "china",
    "TW": "taiwan",
    "HK": "hong kong",
    "IN": "india",
    "TL": "timor leste,east timor",
}
# State or part of a country: its country, and a circle round its waters (longitude, latitude, miles).
_STATES = {
    "sabah": ("MY", 117.3, 5.6, 140),
    "sarawak": ("MY", 112.5, 3.0, 180),
    "johor,johore": ("MY", 103.6, 1.9, 75),
    "pahang": ("MY", 103.6, 3.3, 70),
    "terengganu,trengganu": ("MY", 103.3, 5.1, 65),
    "kelantan": ("MY", 102.3, 6.1, 40),
    "perlis": ("MY", 100.1, 6.4, 25),
    "kedah": ("MY", 100.1, 6.1, 50),
    "perak": ("MY", 100.6, 4.2, 50),
    "selangor": ("MY", 101.2, 3.1, 50),
    "negeri sembilan": ("MY", 101.8, 2.5, 25),
    "aceh,acheh": ("ID", 96.8, 4.4, 150),
    "sumatra,sumatera": ("ID", 101.5, -0.5, 500),
    "kepri,kepulauan riau,riau islands": ("ID", 105.5, 1.5, 230),
    "jambi": ("ID", 104.0, -1.0, 60),
    "lampung": ("ID", 105.2, -5.2, 90),
    "banten": ("ID", 106.0, -6.3, 60),
    "java,jawa": ("ID", 110.0, -7.3, 320),
    "kalimantan": ("ID", 113.5, -0.5, 330),
    "sulawesi": ("ID", 121.5, -1.8, 330),
    "maluku": ("ID", 128.5, -4.0, 300),
    "papua": ("ID", 135.0, -3.0, 400),
    "ntt": ("ID", 121.5, -9.0, 180),
    "ntb": ("ID", 117.5, -8.6, 110),
    "zamboanga del sur": ("PH", 123.2, 7.6, 50),
    "kien giang": ("VN", 104.6, 9.9, 60),
    "khanh hoa": ("VN", 109.3, 12.3, 45),
    "binh thuan": ("VN", 108.2, 10.9, 60),
    "quang ninh": ("VN", 107.5, 20.9, 50),
}
COUNTRIES = {name: code for code, row in _COUNTRY_NAMES.items() for name in row.split(",")}
STATES: dict[str, tuple[str, Circle]] = {
    name: (country, ((lon, lat), miles * NAUTICAL_MILE_M))
    for row, (country, lon, lat, miles) in _STATES.items()
    for name in row.split(",")
}
_SIDES = (
    "north|south|east|west|northern|southern|eastern|western|central|northeast|northwest|southeast|southwest|n|s|e|w"
    "|ne|nw|se|sw|coast of|coast|waters of|perairan"
)
_SIDES_AFTER = "utara|selatan|timur|barat|tengah|tenggara|barat laut|barat daya|timur laut"
_NAMES = "|".join(sorted((*COUNTRIES, *STATES), key=len, reverse=True))
REGION = re.compile(
    rf"(?:(?:{_SIDES})\.?\s){{0,2}}(?P<region>{_NAMES})(?:\s(?:{_SIDES_AFTER}))?(?![a-z])(?!\ssea(?![a-z]))(?:\swaters)?"
    r"(?!\s(?:boats?|bot|kapal|vessels?|ships?|trawlers?|fishing|fishermen|flag|flagged|crew|nelayan)(?![a-z]))"
)
# The end of a name, and a region behind it: "belawan, indonesia", "semporna sabah".
BEFORE_REGION = re.compile(
    rf"(?<=[a-z])(?:\s?,\s?|\s)(?=(?:(?:{_SIDES})\.?\s){{0,2}}(?:{_NAMES})(?![a-z]|\ssea))"
)
