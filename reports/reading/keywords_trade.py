"""Words that tell of smuggling and illegal fishing, by concept and language.

Spelling as in keywords_rescue.
"""

TRADE: dict[str, dict[str, str]] = {
    "iuu_destructive": {
        "ms": (
            "bom ikan, mengebom ikan, tuba ikan, racun ikan, mengebom, bahan letupan ikan, kejut "
            "elektrik, ngebom"
        ),
        "id": (
            "bom ikan, pengeboman ikan, racun ikan, potas, potasium, setrum ikan, ngebom ikan, "
            "bius ikan, sianida, mengebom ikan"
        ),
        "fil": (
            "dinamita, nagdidinamita, nagdinamita, dinadinamita, paputok sa isda, cyanide, lason "
            "sa isda, kuryente sa isda"
        ),
        "en": (
            "fish bomb*, dynamite, blast fishing, dynamite fishing, cyanide, poison fishing, "
            "electric fishing, bombing fish"
        ),
        "vi": "danh ca bang min, no min, thuoc no danh ca, xung dien, danh min, kich dien",
        "th": "ระเบิดปลา, ช็อตปลา, ยาเบื่อปลา",
        "ta": "வெடி வைத்து மீன், டைனமைட், விஷம் வைத்து",
    },
    "iuu_foreign": {
        "ms": (
            "bot asing, nelayan asing, kapal asing, pukat asing, tunda asing, bot vietnam, "
            "nelayan vietnam, bot thai, bot indon, curi ikan, mencuri ikan, kapal vietnam, tunda "
            "thai, vessel asing, bot siam, asing tarik pukat"
        ),
        "id": (
            "kapal asing, kapal vietnam, mencuri ikan, curi ikan, pencuri ikan, pencurian ikan, "
            "nelayan asing, kia vietnam, kapal malaysia tangkap ikan, kapal china, kapal "
            "thailand, kapal filipina, transhipment, maling ikan, illegal fishing, ikan ilegal"
        ),
        "fil": (
            "dayuhang barko, dayuhan nangingisda, chinese vessel*, intsik na barko, banyagang "
            "barko, dayuhang mangingisda, vietnamese na bangka, vietnamese fishing, chinese na "
            "barko, nangingisdang dayuhan, barkong dayuhan, barkong tsino, dayuhang bangka"
        ),
        "en": (
            "foreign trawler*, foreign fishing, foreign vessel*, foreign boat*, illegal fishing, "
            "vietnamese trawler*, chinese trawler*, foreign fishermen, poaching, poacher*, "
            "transshipment, fishing illegally, vietnamese boat*, thai trawler*, chinese fishing"
        ),
        "vi": (
            "tau ca nuoc ngoai, tau nuoc ngoai, danh bat trai phep, tau la danh ca, tau ca trung "
            "quoc, tau trung quoc"
        ),
        "th": "ประมงผิดกฎหมาย, เรือต่างชาติ, ลักลอบทำประมง, เรือประมงเวียดนาม",
        "ta": "சட்டவிரோத மீன்பிடி, வெளிநாட்டு படகு, வெளிநாட்டு கப்பல்",
    },
    "iuu_gear_zone": {
        "ms": (
            "pukat haram, pukat harimau, pukat tunda, zon larangan, kawasan larangan, rawa "
            "sorong, pukat rawa, bubu naga, zon a, tiada lesen, tanpa lesen, masuk zon, pukat "
            "gading, pukat sorong, pukat apollo"
        ),
        "id": (
            "pukat harimau, trawl, cantrang, kawasan konservasi, zona larangan, tanpa izin "
            "tangkap, pukat hela, alat tangkap terlarang, jaring trawl, pukat trawl, pair trawl"
        ),
        "fil": (
            "iligal na pangingisda, ilegal na pangingisda, nagtotrawl, nagta-trawl, buli buli, "
            "buli-buli, hulbot, superhulbot, closed season, marine sanctuary, pinong lambat, "
            "trawl, iligal na lambat, bawal na lambat"
        ),
        "en": (
            "closed season, closed area, marine park, banned gear, illegal net*, undersized mesh, "
            "no licence, no license, prohibited gear, trawling inshore, protected area, illegal "
            "trawling"
        ),
        "vi": "gia cao, luoi cam, vung cam, khai thac trai phep, cao bay, luoi keo cam",
        "th": "อวนรุน, อวนลาก, เครื่องมือผิดกฎหมาย, เขตห้าม, โพงพาง",
        "ta": "தடைசெய்யப்பட்ட வலை, இழுவை வலை, சுருக்குமடி, இரட்டைமடி",
    },
    "smuggling": {
        "ms": (
            "seludup, menyeludup, penyeludup*, diseludup, barang seludup, seludupan, barang "
            "larangan, bawa rokok, bawa arak, muat rokok, rokok haram, rokok tanpa cukai, arak "
            "haram"
        ),
        "id": (
            "selundup, menyelundup*, penyelundup*, diselundupkan, selundupan, barang ilegal, "
            "barang gelap, bawa rokok ilegal, rokok ilegal, angkut rokok, miras ilegal"
        ),
        "fil": "puslit, ipinupuslit, nagpupuslit, ismagel, smuggled, smuggler*, kontrabando",
        "en": "smuggling, smuggle*, smuggler*, contraband",
        "vi": "buon lau, hang lau, van chuyen trai phep",
        "th": "ลักลอบ, ของเถื่อน, ของหนีภาษี, ค้าของเถื่อน",
        "ta": "கடத்தல், கடத்து, kadathal*, kadaththal*",
    },
    "drugs": {
        "ms": "dadah, syabu, ganja, heroin, pil kuda, ketum",
        "id": "narkoba, sabu, sabu sabu, ganja, shabu, heroin, kokain",
        "fil": "shabu, droga, marijuana, kokaina",
        "en": "drugs, narcotics, cocaine, meth, heroin, cannabis, marijuana",
        "vi": "ma tuy, heroin",
        "th": "ยาเสพติด, ยาบ้า, ยาไอซ์, กัญชา",
        "ta": "போதைப்பொருள், போதை, கஞ்சா, bodhai*, ganja",
    },
    "fuel": {
        "ms": "minyak, diesel, petrol, diesel subsidi, minyak subsidi",
        "id": "bbm, solar, minyak, solar subsidi, bensin",
        "fil": "krudo, gasolina, diesel, petrolyo, langis",
        "en": "fuel, diesel, gasoline, petrol, ship to ship, bunker*",
        "vi": "dau do, xang dau, dau lau, xang, dau",
        "th": "น้ำมันเถื่อน, น้ำมัน, ดีเซล",
        "ta": "டீசல், எரிபொருள், பெட்ரோல்",
    },
    "goods": {
        "ms": "rokok, arak, mercun, beras, tayar, kayu bakau, penyu, tenggiling",
        "id": (
            "rokok, miras, pakaian bekas, baju bekas, benih lobster, baby lobster, bawang, beras, "
            "benur, kayu ilegal, satwa"
        ),
        "fil": "sigarilyo, bigas, sibuyas, alak, yosi, taklobo, pawikan",
        "en": "cigarettes, liquor, alcohol, rice, wildlife, pangolin*, turtles, timber, tobacco",
        "vi": "thuoc la, ruou, go lau",
        "th": "บุหรี่, เหล้า, สุรา",
        "ta": "சிகரெட், மது, பீடி, மஞ்சள்",
    },
    "fuel_transfer": {
        "ms": "pindah minyak, pindahkan minyak, jual minyak tengah laut, sedut minyak, kencing minyak",
        "id": (
            "kencing minyak, kencing solar, pindah solar, memindahkan bbm, jual solar ilegal, bbm "
            "ilegal, solar ilegal, penimbunan bbm, ship to ship"
        ),
        "fil": "paihi, naglilipat ng krudo, nagsasalin ng langis, lipat ng gasolina",
        "en": "fuel transfer, fuel siphoning, oil theft, illegal sts",
        "vi": "sang dau, dau lau, sang mac dau, hut trom dau",
        "th": "น้ำมันเถื่อน, ถ่ายน้ำมัน",
        "ta": "டீசல் கடத்தல்",
    },
    "foreign": {
        "ms": "asing, vietnam, siam",
        "id": "asing, vietnam, china, thailand, filipina, malaysia",
        "fil": "dayuhan, dayuhang, chinese, intsik, tsino, vietnamese, banyaga",
        "en": "foreign, chinese, vietnamese, taiwanese",
        "vi": "nuoc ngoai, trung quoc",
        "th": "ต่างชาติ",
        "ta": "வெளிநாட்டு",
    },
    "fishing": {
        "ms": "pukat, tunda, memukat, menangkap ikan, tangkap ikan",
        "id": "jaring, tangkap ikan, menangkap ikan, trawl",
        "fil": "nangingisda, lambat, pangingisda, nangisda",
        "en": "fishing, trawl*, squid jig*",
        "vi": "danh ca, danh bat, cau muc, tha luoi",
        "th": "จับปลา, ประมง",
        "ta": "மீன் பிடி, மீன்பிடி",
    },
}
