"""Words that tell of violence, threat and hazard at sea, by concept and language.

Spelling as in keywords_rescue.
"""

SECURITY: dict[str, dict[str, str]] = {
    "piracy_armed_robbery": {
        "any": "海盗, 海盜",
        "ms": (
            "lanun, rompak, samun, perompak, dirompak, disamun, penyamun, merompak, kena rompak, "
            "diserang, ditembak, menembak, tembak, serang kami, rampas, dirampas, naik bot kami, "
            "naik kapal kami, tembakan, bunyi tembakan"
        ),
        "id": (
            "perompak, bajak laut, rampok, dirampok, perampok, perompakan, perampokan, bajak, "
            "dibajak, pembajakan, diserang, ditembak, ditembaki, merampas, dirampas, begal laut, "
            "merampok, tembakan, suara tembakan"
        ),
        "fil": (
            "pirata, holdap, hinoldap, hinoholdap, hinohold up, ninakawan, tulisan sa dagat, "
            "tinambangan, binaril, pinagbabaril, inagaw, nilusob, inatake kami, mga armado, putok "
            "ng baril, putukan"
        ),
        "en": (
            "pirate*, robbery, robber*, robbed, robbing, hijack*, boarded us, boarded our, "
            "boarding us, armed men boarded, fired upon, shooting at us, shots fired, shot at, "
            "under attack, attacked us, armed robbers, gunmen, attempted boarding, attempt to "
            "board, attempted to board, attempts to board, tried to board, was boarded, were "
            "boarded, boarded by, attempt to gain access, thief, thieves, intruder*, fired at, "
            "stole engine, stole our engine, stealing from ship, gunshot*, gunfire, shooting"
        ),
        "vi": "cuop bien, hai tac, cuop, bi cuop, bi ban, no sung, ban vao, tan cong, len tau cuop",
        "th": "โจรสลัด, ปล้น, ถูกยิง, โจร",
        "ta": "கடற்கொள்ளை, கொள்ளைய, துப்பாக்கிச் சூடு, kollaiyar*, kadarkollai*",
    },
    "boarding": {
        "ms": "naik bot, naik kapal, panjat kapal, panjat bot, naik atas bot",
        "id": "naik kapal, naik ke kapal, menaiki kapal, naik ke perahu, memanjat kapal",
        "fil": "umakyat sa barko, sumampa, umakyat sa bangka, sumampa sa barko",
        "en": "boarded, boarding, climbed aboard, came aboard, came on board",
        "vi": "len tau",
        "th": "ขึ้นเรือ",
        "ta": "படகில் ஏறி",
    },
    "kidnap": {
        "ms": "culik, diculik, penculikan, menculik, tebusan, dibawa lari",
        "id": "culik, sandera, diculik, disandera, penculikan, penyanderaan, menculik, tebusan",
        "fil": (
            "dinukot, dukot, dinudukot, kinidnap, hostage, ransom, binihag, bihag, tinangay ang tripulante"
        ),
        "en": "kidnap*, hostage*, abducted, abduction, ransom, abduct",
        "vi": "bat coc, con tin, tien chuoc",
        "th": "ลักพาตัว, ตัวประกัน, จับตัว",
        "ta": "ஆள் கடத்தல், பணயக்கைதி, aal kadathal*, aal kadaththal*",
    },
    "terrorism": {
        "ms": "pengganas, letupkan kapal, bom kapal, bom bot, abu sayyaf",
        "id": "teroris, ancaman bom, bom kapal, kelompok bersenjata",
        "fil": "terorista, abu sayyaf, bomba sa barko, may bomba",
        "en": "terrorist*, terrorism, bomb threat, bomb on board, abu sayyaf, suicide boat",
        "vi": "khung bo, dat bom, co bom",
        "th": "ก่อการร้าย, วางระเบิด",
        "ta": "பயங்கரவாத, வெடிகுண்டு",
    },
    "harassment": {
        "ms": (
            "potong pukat, ganggu kami, mengganggu kami, kacau kami, rempuh, dirempuh, ugut, "
            "diugut, mengugut, halau kami, dihalau, cuba langgar kami, kejar kami, dikejar, "
            "semburan air, meriam air"
        ),
        "id": (
            "diancam, mengancam, potong jaring, memotong jaring, diusir, mengusir, dikejar, "
            "mengejar kami, meriam air, diintimidasi, mengganggu kami, sengaja menabrak"
        ),
        "fil": (
            "water cannon, tinataboy, itinataboy, pinaalis kami, hinahabol, hinaharang, hinarang, "
            "binobomba ng tubig, pinutol ang lambat, binabangga, ginigipit, tinakot, tinatakot, "
            "binubully, laser"
        ),
        "en": (
            "water cannon, harass*, ramming, rammed, threaten*, cut our net, cut our nets, "
            "cutting nets, cutting our nets, chasing us, chased us, chased by, blocked by, "
            "blocking us, laser pointed, bullying"
        ),
        "vi": "phun voi rong, vong rong, xua duoi, bi duoi, ep tau, cat luoi, pha luoi, de doa, tong tau",
        "th": "ฉีดน้ำ, คุกคาม, ข่มขู่, ไล่ชน, ตัดอวน, ไล่ตาม",
        "ta": "மிரட்ட, துரத்து, வலையை அறு, mirattu*, thurathu*",
    },
    "human_trafficking": {
        "ms": (
            "pemerdagangan orang, perdagangan manusia, buruh paksa, kerja paksa, dipaksa kerja, "
            "didera, dipukul tekong, dipukul kapten, tak bayar gaji"
        ),
        "id": (
            "perdagangan orang, perdagangan manusia, kerja paksa, dipaksa kerja, dianiaya, "
            "perbudakan, disiksa, dipukuli kapten, gaji tidak dibayar, tppo"
        ),
        "fil": (
            "sapilitang paggawa, binubugbog ng kapitan, pinipilit magtrabaho, inaalipin, human trafficking"
        ),
        "en": (
            "trafficking, forced labour, forced labor, slave*, slavery, crew abuse, beaten by "
            "captain, beaten by the captain, held against, not allowed to leave, passport taken, "
            "unpaid wages"
        ),
        "vi": "buon nguoi, cuong buc lao dong, bi danh dap",
        "th": "ค้ามนุษย์, แรงงานทาส, บังคับใช้แรงงาน, ทำร้ายลูกเรือ",
        "ta": "கட்டாய வேலை, மனித கடத்தல், அடிமை",
    },
    "irregular_migration": {
        "ms": (
            "pati, pendatang tanpa izin, pendatang asing, pendatang haram, migran, rohingya, "
            "pelarian, bawa orang masuk, tekong darat, warga asing tanpa, transit pendatang, "
            "orang asing mendarat, warga asing mendarat, turunkan orang asing"
        ),
        "id": (
            "imigran gelap, imigran, pmi ilegal, tki ilegal, migran, pengungsi, rohingya, pmi non "
            "prosedural, pencari suaka"
        ),
        "fil": "ilegal na migrante, illegal migrants, illegal immigrants, mga dayuhang tinago",
        "en": (
            "migrant*, illegal immigrant*, immigrant*, refugee*, rohingya, people smuggling, "
            "human smuggling, stowaway*, undocumented"
        ),
        "vi": "vuot bien, nhap canh trai phep, nguoi di cu, nguoi ti nan",
        "th": "ผู้อพยพ, โรฮิงญา, หลบหนีเข้าเมือง, ต่างด้าวผิดกฎหมาย",
        "ta": "அகதி, புலம்பெயர், agadhi*, agathi*",
    },
    "weapons": {
        "ms": "senjata, bersenjata, senapang, pistol, parang, raifal, ak47, m16",
        "id": "senjata, bersenjata, senpi, pistol, parang, senapan",
        "fil": "baril, armado, armadong, sandata, may baril",
        "en": "weapon*, gun, guns, rifle*, armed, firearms, knives, rpg, ammunition",
        "vi": "sung, vu khi, dan duoc",
        "th": "อาวุธ, ปืน",
        "ta": "ஆயுத, துப்பாக்கி, aayudh*, thuppakki*",
    },
    "suspicious_vessel": {
        "ms": (
            "mencurigakan, curiga, tanpa lampu, tak pasang lampu, tak ada lampu, takde lampu, "
            "mengekori, ekori kami, ikut kami, bot laju tak dikenali, kapal tak dikenali, tanpa "
            "nama, tiada nombor pendaftaran, pindah barang, punggah barang, pindahkan barang, "
            "tukar barang tengah laut, tutup ais, tutup lampu, padam lampu, lampu padam, lampu "
            "tutup"
        ),
        "id": (
            "mencurigakan, curiga, tanpa lampu, tidak pakai lampu, membuntuti, mengikuti kami, "
            "bongkar muat tengah laut, pindah barang, ambil barang, tanpa nama, kapal tak "
            "dikenal, kapal tidak dikenal, matikan ais, lampu mati, matikan lampu, lampu "
            "dimatikan"
        ),
        "fil": (
            "kahina-hinala, kahina hinala, kahinahinala, walang ilaw, sumusunod sa amin, "
            "sinusundan kami, hindi kilalang barko, hindi kilalang bangka, naglilipat ng "
            "kargamento, paikot ikot, umaaligid, nagmamanman, di kilalang barko, patay ang ilaw, "
            "patay ilaw, walang pangalan, nagbababa ng kahon, nagbababa ng sako, nagbababa ng mga "
            "kahon, nagbababa ng mga sako"
        ),
        "en": (
            "suspicious*, approached by, was approached, being followed, was followed, was "
            "chased, being chased, no lights, without lights, unlit boat, loitering, following "
            "us, shadowing, ais off, dark vessel, unknown vessel, unknown boat, transferring "
            "cargo, transfer at sea, strange boat, unmarked, no plates, no plate, no "
            "registration, unregistered, no flag, no markings, masked men, night run*, speedboat "
            "seen, fast boat at night, acting strange, lurking, offloading boxes"
        ),
        "vi": "dang ngo, kha nghi, khong den, bam theo, tau la",
        "th": "น่าสงสัย, ไม่เปิดไฟ, ต้องสงสัย, ติดตามเรา, เรือแปลก",
        "ta": "சந்தேக, விளக்கு இல்லாமல், சந்தேகத்திற்கு, sandhega*, santhega*",
    },
    "pollution_oil": {
        "ms": (
            "tumpahan minyak, minyak tumpah, minyak hitam, pencemaran, buang sisa, buang minyak, "
            "tompokan minyak, sisa kimia, ikan mati, bau kimia, membuang minyak, buang sampah"
        ),
        "id": (
            "tumpahan minyak, minyak tumpah, limbah, pencemaran, buang limbah, minyak hitam, "
            "tumpahan solar, genangan minyak, ikan mati, bau kimia, membuang limbah, membuang oli"
        ),
        "fil": (
            "tumagas na langis, oil spill, tagas ng langis, langis sa dagat, natapon na langis, "
            "nagtatapon ng basura, tumatagas na langis, nagtatapon ng langis, patay na isda, "
            "nagtapon ng langis"
        ),
        "en": (
            "oil slick, oil spill, oil leak, spill, pollution, dumping waste, chemical spill, "
            "sheen, dumping oil, oily water, discharging oil, dead fish, chemical smell"
        ),
        "vi": "tran dau, dau tran, o nhiem, vet dau, do thai, ca chet",
        "th": "น้ำมันรั่ว, คราบน้ำมัน, มลพิษ, ทิ้งของเสีย, ปลาตาย",
        "ta": "எண்ணெய் கசிவு, எண்ணெய் படலம், மாசு",
    },
    "mine": {
        "ms": "periuk api, bom lama, peluru tak meletup",
        "id": "ranjau, bom perang, mortir",
        "fil": "lumang bomba, vintage bomb, granada",
        "en": "mine, sea mine, naval mine, unexploded, uxo, torpedo",
        "vi": "thuy loi, bom min, qua bom, ngu loi",
        "th": "ทุ่นระเบิด",
        "ta": "கண்ணிவெடி",
    },
    "nav_hazard": {
        "ms": (
            "kayu hanyut, balak hanyut, kontena hanyut, kontena terapung, boya hanyut, boya "
            "hilang, lampu boya, bangkai kapal, bahaya pelayaran, pukat hanyut, tongkang hanyut, "
            "rumah api padam, balak terapung, kayu balak"
        ),
        "id": (
            "kayu gelondongan, kontainer hanyut, kontainer terapung, pelampung hilang, pelampung "
            "suar, bangkai kapal, mercusuar mati, jaring hanyut, rumpon hanyut, tongkang hanyut, "
            "suar mati, ponton hanyut, kayu hanyut"
        ),
        "fil": (
            "container lumulutang, lumulutang na container, troso, lumulutang na troso, "
            "nawawalang boya, kargamento nahulog, palutang na, sirang parola, walang ilaw ang "
            "parola, lumulutang na kahoy, lumulutang na"
        ),
        "en": (
            "drifting container, floating container, container adrift, floating log*, drifting "
            "log*, buoy missing, buoy unlit, buoy adrift, buoy off, light unlit, lighthouse out, "
            "wreck, submerged object, drifting net, ghost net, floating object, drifting object, "
            "barge adrift, derelict, navigation hazard, hazard to navigation, debris, semi "
            "submerged, containers floating, container floating, container overboard, containers "
            "overboard, light not working, buoy light, danger to shipping, danger to navigation, "
            "hazard to shipping, drifting fishing net, drifting nets, net drifting, container "
            "drifting"
        ),
        "vi": "container troi, go troi, phao tieu, vat troi, xac tau, chuong ngai vat, phao troi",
        "th": "ตู้คอนเทนเนอร์ลอย, ซากเรือ, ขอนไม้ลอย, ทุ่นหาย, ทุ่นไฟดับ, สิ่งกีดขวาง",
        "ta": "மிதக்கும், மிதவை, கப்பல் சிதைவு",
    },
    "tip": {
        "ms": "maklumat sulit, nak beri maklumat, ada maklumat, nak lapor, aduan, laporan rahsia, rahsia",
        "id": "ada informasi, mau lapor, info rahasia, pengaduan, rahasiakan nama",
        "fil": "gusto ko magsumbong, may isusumbong, magsumbong, sumbong",
        "en": "tip off, i want to report, want to report, anonymous tip, complaint about",
        "vi": "to cao, to giac, bao tin",
        "th": "แจ้งเบาะแส, ร้องเรียน",
        "ta": "தகவல் தர, புகார்",
    },
}
