"""Words that tell of people or boats in danger, by concept and language.

Folded spelling: lower case, no Latin accents. A comma parts entries; an entry of several words must stand
in that order; a trailing * takes any ending. Thai entries match anywhere, Tamil ones at the beginning of a
word. `any` holds what all languages use. Concepts named like an incident type mean that type.
"""

RESCUE: dict[str, dict[str, str]] = {
    "sinking": {
        "any": "沉船, 沉没, 沉沒",
        "ms": "karam, tenggelam, mula tenggelam, nak karam, nak tenggelam",
        "id": "tenggelam, karam, menenggelamkan",
        "fil": "lumulubog, lumubog, palubog, lulubog, nalulunod, nalunod, malunod, lubog ang, lubog na",
        "en": "sinking, sunk, sank, going down, foundering, foundered, drowning, drowned",
        "vi": "chim, bi chim, dang chim, sap chim, tau chim, chim tau",
        "th": "จม, อับปาง",
        "ta": "மூழ்கு, மூழ்கி, moozhgu*, muzhgu*, moozhki*",
    },
    "fire_explosion": {
        "any": "起火, 着火, 著火",
        "ms": "kebakaran, terbakar, letupan, meletup, api besar, berasap, asap tebal, asap hitam",
        "id": "kebakaran, terbakar, ledakan, meledak, kebakar, asap tebal, asap hitam, kepulan asap",
        "fil": "sunog, nasusunog, nasunog, sumabog, pagsabog, umuusok, may apoy, maitim na usok, usok",
        "en": "fire, on fire, explosion, exploded, burning, blaze, smoke, ablaze, black smoke",
        "vi": "chay, bi chay, chay tau, tau chay, boc chay, chay no, phat no, no, khoi den, boc khoi",
        "th": "ไฟไหม้, ระเบิด, เพลิงไหม้, ไฟลุก, ควันดำ",
        "ta": "தீ, தீப்பிடி, வெடி, thee, theepidi*",
    },
    "flooding": {
        "ms": "bocor, masuk air, air masuk, air naik, dimasuki air, penuh air, kebocoran",
        "id": "bocor, kemasukan air, air masuk, kebocoran, masuk air, kebanjiran air",
        "fil": (
            "butas, pinapasok ng tubig, pinasok ng tubig, pasok ng tubig, pumapasok ang tubig, "
            "may tagas, tubig sa loob, pinapasukan ng tubig"
        ),
        "en": (
            "leak, leaking, taking water, taking on water, flooding, flooded, swamped, water "
            "coming in, water ingress"
        ),
        "vi": "pha nuoc, nuoc vao, vo nuoc, thung tau, thung day, ngap nuoc, ro nuoc, tran nuoc",
        "th": "น้ำเข้าเรือ, รั่ว, น้ำเข้า",
        "ta": "தண்ணீர் புகு, தண்ணீர் உள்ளே, ஓட்டை, thanni ulla, thanneer pugun*",
    },
    "listing_capsizing": {
        "ms": "terbalik, senget, condong, bot terbalik",
        "id": "terbalik, miring, kapal miring, oleng",
        "fil": "tumaob, tumagilid, tumatagilid, nakataob, taob, tagilid",
        "en": (
            "capsized, capsize, capsizing, overturned, turned over, listing heavily, heavy list, "
            "listing, upside down"
        ),
        "vi": "lat, bi lat, lat tau, lat thuyen, tau lat, nghieng, lat up",
        "th": "ล่ม, พลิกคว่ำ, เรือคว่ำ, เรือเอียง",
        "ta": "கவிழ்ந்த, கவிழ், kavizhn*, kavilnthu*",
    },
    "man_overboard": {
        "any": "落水",
        "ms": (
            "jatuh laut, jatuh ke laut, terjatuh ke laut, terjatuh laut, jatuh dalam laut, "
            "jatoh laut, jatoh ke laut, terjatoh laut, terjatoh ke laut, jatoh dalam laut, terjun "
            "laut, dalam air, orang hanyut, jatuh dari bot, lemas"
        ),
        "id": (
            "jatuh ke laut, jatuh laut, tercebur, terjatuh ke laut, kecebur, terjatuh dari kapal, "
            "hanyut orang, jatuh dari kapal, terseret ombak"
        ),
        "fil": (
            "nahulog sa dagat, nahulog sa tubig, nahulog kasama, tumalon sa dagat, nahulog ang "
            "kasama, nasa tubig"
        ),
        "en": (
            "man overboard, mob, person overboard, overboard, fell in the sea, fell into the sea, "
            "fell into the water, people in the water, persons in the water, person in the water, "
            "man in the water, people in water, persons in water, fell off the boat, swept off"
        ),
        "vi": "roi xuong bien, roi bien, roi xuong nuoc, rot xuong bien, nga xuong bien",
        "th": "ตกน้ำ, ตกทะเล, ตกเรือ",
        "ta": ("கடலில் விழுந்த, கடலில் விழு, தண்ணீரில் விழுந்த, kadalil vizhun*, kadalla vizhun*, kadalil vilun*"),
    },
    "abandoning_ship": {
        "ms": "tinggalkan kapal, tinggalkan bot, tinggal kapal, rakit penyelamat, naik rakit",
        "id": "meninggalkan kapal, tinggalkan kapal, sekoci, rakit penolong, naik liferaft",
        "fil": "iniwan ang barko, iniwan na namin, nasa liferaft, lifeboat na",
        "en": (
            "abandoning ship, abandon ship, abandoned ship, liferaft, life raft, lifeboat "
            "launched, in the raft"
        ),
        "vi": "bo tau, roi tau, phao be, xuong phao",
        "th": "สละเรือ, แพชูชีพ",
        "ta": "கப்பலை கைவிட, படகை கைவிட",
    },
    "collision": {
        "ms": (
            "dilanggar kapal, dilanggar bot, langgar kapal, langgar bot, perlanggaran, dilanggar, "
            "bertembung, kena langgar, pelanggaran kapal"
        ),
        "id": ("tabrakan, menabrak, ditabrak, bertabrakan, tertabrak, tubrukan, nabrak kapal, nabrak perahu"),
        "fil": "nagbanggaan, nabangga, binangga, bumangga, banggaan",
        "en": (
            "collision, collided, rammed into, hit by ship, hit by a ship, run down by, struck "
            "by, hit and run, hit by tanker, hit by vessel"
        ),
        "vi": "dam tau, bi dam, va cham, tau dam, dam va, bi tau dam, bi tong",
        "th": "เรือชน, โดนชน, ชนกัน, ถูกชน",
        "ta": "மோதி, மோதல், modhi*, mothi*",
    },
    "grounding": {
        "ms": (
            "langgar batu, langgar karang, terkandas, kandas, tersadai, naik beting, langgar "
            "terumbu, terlanggar batu"
        ),
        "id": (
            "kandas, terkandas, menabrak karang, nabrak karang, tersangkut karang, naik karang, terdampar"
        ),
        "fil": "sumadsad, nasadsad, sadsad, sumayad, sumadsad sa bato, napadpad sa bahura",
        "en": (
            "aground, grounded, ran aground, run aground, hit a reef, hit reef, hit rock, hit "
            "rocks, stranded, on the reef, stuck on reef, on the rocks"
        ),
        "vi": "mac can, mac ket, dam da ngam, mac can ran",
        "th": "เกยตื้น, เกยหิน, ชนหิน",
        "ta": "தரை தட்டி, பாறையில் மோதி, tharai thatti*",
    },
    "disabled_adrift": {
        "ms": (
            "bot rosak, kapal rosak, enjin rosak, enjin mati, mati enjin, enjin tak hidup, "
            "enjin tak boleh hidup, enjin "
            "problem, enjin masalah, enjin x hidup, hanyut, habis minyak, minyak habis, kehabisan "
            "minyak, dihanyutkan, kipas tersangkut, kemudi rosak, rosak enjin, kipas patah, "
            "terkandas enjin, injin rosak, injin mati, enjin jem, enjin tak start, patah kemudi, "
            "propeller rosak, gear rosak, gearbox rosak, bateri habis, jongkong enjin"
        ),
        "id": (
            "kapal rusak, perahu rusak, mesin mati, mesin rusak, mati mesin, rusak mesin, "
            "terombang-ambing, terombang "
            "ambing, habis bbm, bbm habis, kehabisan bbm, hanyut, terhanyut, solar habis, habis "
            "solar, kehabisan solar, mesin ngadat, mesin tidak hidup, mesin trouble, mesin macet, "
            "mesin gak hidup, baling baling, kemudi patah, mogok, mesin mogok, mesin gangguan, "
            "lost power"
        ),
        "fil": (
            "nasiraan, sira makina, sira ang makina, nasira ang makina, sira na makina, namatay "
            "ang makina, inaanod, naubusan ng gasolina, wala na gas, wala nang gas, walang "
            "gasolina, naubusan ng krudo, ubos na gasolina, wala na kaming gas, wala nang krudo, "
            "hindi umaandar, patay makina, patay ang makina, ayaw umandar, nagpapaanod, "
            "tinatangay, palutang lutang, sira ang elisi, sira makina namin, ayaw magstart"
        ),
        "en": (
            "engine failure, engine dead, engine broke*, engine trouble, engine down, engine "
            "stopped, engine failed, no engine, lost power, no power, adrift, drifting, no fuel, "
            "out of fuel, ran out of fuel, dead in water, disabled, not under command, rudder "
            "broken, lost rudder, dismasted, need tow, need a tow, net in propeller, propeller "
            "fouled, steering failure, broken down, engine not working, engine problem, engine "
            "wont start, engine died, motor died, engines failed"
        ),
        "vi": (
            "hong may, chet may, may hong, may chet, tha troi, troi dat, het dau, het xang, bi "
            "troi, may bi hong, gay chan vit, gay banh lai, hu may, may hu"
        ),
        "th": ("เครื่องยนต์ขัดข้อง, เครื่องเสีย, เครื่องยนต์เสีย, เครื่องดับ, เครื่องยนต์ดับ, น้ำมันหมด, ลอยลำ, ลอยเคว้ง, เรือเสีย"),
        "ta": (
            "எஞ்சின் பழுது, என்ஜின் பழுது, இயந்திரம் பழுது, எரிபொருள் தீர்ந்த, engine pazhudhu, "
            "engine pazhuthu, engine repair, enjin pazhudhu, diesel illa*"
        ),
    },
    "medical": {
        "ms": (
            "sakit, cedera, pengsan, sakit dada, parah, luka, berdarah, perlu doktor, perlukan "
            "doktor, tidak sedar, tak sedar diri, patah kaki, patah tangan, serangan jantung, "
            "sesak nafas, sawan, keracunan, mabuk gas, nak bersalin, doktor"
        ),
        "id": (
            "sakit, luka, pingsan, cedera, butuh dokter, terluka, sakit parah, berdarah, sesak "
            "napas, serangan jantung, patah tulang, tidak sadar, tak sadarkan diri, keracunan, "
            "kritis, dokter, kram, korban luka"
        ),
        "fil": (
            "may sakit, sugatan, nasugatan, hinimatay, walang malay, nahimatay, dumudugo, doktor, "
            "masama ang pakiramdam, inatake, sugat, nabalian, hirap huminga"
        ),
        "en": (
            "injured, injury, injuries, doctor, medevac, medical, unconscious, bleeding, heart "
            "attack, chest pain, sick crew, wounded, broken leg, broken arm, very sick, seriously "
            "ill, stroke, not breathing, hurt badly, burns, ambulance, poisoned, decompression"
        ),
        "vi": (
            "bi thuong, om nang, bi om, bat tinh, benh nang, cap cuu y te, bi benh, dau nang, gay "
            "chan, gay tay, tai nan lao dong, chay mau, dot quy, nhoi mau co tim"
        ),
        "th": "บาดเจ็บ, ป่วย, หมดสติ, เลือดออก, หัวใจวาย, ต้องการหมอ",
        "ta": "மருத்துவ, காயம், மயக்கம், நெஞ்சு வலி, நோய், kaayam, kayam, maruthuva*, mayakkam",
    },
    "death": {
        "ms": "orang mati, meninggal, mayat, maut, jenazah",
        "id": "meninggal, meninggal dunia, mayat, tewas, jenazah, orang mati",
        "fil": "patay na tao, namatay na, may patay, bangkay, may namatay",
        "en": "dead body, dead person, dead man, corpse, body floating, man dead, died",
        "vi": "nguoi chet, tu vong, xac chet, thi the, da chet",
        "th": "เสียชีวิต, ศพ",
        "ta": "இறந்த, பிணம், சடலம், irandh*",
    },
    "overdue_missing": {
        "ms": (
            "hilang, belum balik, tak balik, belum pulang, tak pulang, gagal pulang, tidak "
            "kembali, belum kembali, hilang di laut, terputus hubungan, tak dapat dihubungi"
        ),
        "id": (
            "hilang, belum pulang, belum kembali, tidak pulang, belum balik, hilang kontak, putus "
            "kontak, tidak kembali, tak kunjung pulang, lost contact, lost kontak"
        ),
        "fil": (
            "nawawala, di pa nakakauwi, hindi pa nakakauwi, hindi pa bumabalik, hindi pa "
            "nakabalik, di pa bumabalik, hindi pa umuuwi, di pa umuuwi, hindi nakauwi, wala pa sa"
        ),
        "en": (
            "missing, overdue, not returned, did not return, has not returned, not come back, not "
            "back, lost contact, no contact, never came back, hasnt returned, didnt return"
        ),
        "vi": "mat tich, mat lien lac, chua ve, khong lien lac duoc, chua thay ve",
        "th": "สูญหาย, หายตัว, ยังไม่กลับ, ขาดการติดต่อ, คนหาย",
        "ta": "காணவில்லை, காணாமல், திரும்பவில்லை, kaanavillai, kanavillai, thirumbavillai",
    },
    "beacon_alert": {
        "any": "epirb, plb, ais sart, sart, dsc alert, dsc distress",
    },
}

# What makes a text one of the sea: "sakit" alone in a long text about a hospital is no rescue.
MARITIME: dict[str, str] = {
    "any": "nm, nautical, mil, mile, miles, batu, pulau, island, pulo, knots, pob, vhf, gps",
    "ms": (
        "bot, kapal, laut, perahu, sampan, nelayan, enjin, krew, awak, pukat, tongkang, kuala, "
        "jeti, pelabuhan, feri, tekong, pantai, perairan"
    ),
    "id": (
        "kapal, perahu, laut, nelayan, abk, mesin, perairan, pelabuhan, dermaga, sampan, klotok, "
        "kelotok, nakhoda, pantai, pesisir, nahkoda"
    ),
    "fil": (
        "bangka, barko, dagat, mangingisda, bangkero, lantsa, laot, bapor, makina, coast guard, "
        "pambot, dalampasigan, baybayin, pumalaot"
    ),
    "en": (
        "boat, boats, ship, vessel, sea, fisherman, fishermen, trawler, tanker, crew, skiff, "
        "speedboat, ferry, barge, coast guard, onboard, aboard, nm, tug, yacht, sailboat, "
        "fishing, port, strait, anchorage, beach, shore, coast, flare"
    ),
    "vi": "tau, thuyen, ghe, bien, ngu dan, hai ly, thuyen vien",
    "th": "เรือ, ทะเล, ประมง, ไมล์",
    "ta": "படகு, கடல், கப்பல், மீனவ, padagu, kadal, meenav*",
}
