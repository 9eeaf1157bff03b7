"""Words round the matter itself: calls for help, all is well, drills, denials, thanks, times, and everyday
words that tell the language. Spelling as in keywords_rescue."""

CONTEXT: dict[str, dict[str, str]] = {
    # Nobody writes these for anything but danger.
    "distress": {
        "any": "sos, mayday, may day, 🆘, 救命, 求救",
        "ms": (
            "kecemasan, selamatkan, selamatkan kami, nyawa terancam, dalam bahaya, macam flare, "
            "nampak flare, suar merah"
        ),
        "id": ("darurat, selamatkan, dalam bahaya, bahaya maut, keadaan darurat, suar merah, melihat flare"),
        "fil": "saklolo, sagipin, iligtas, iligtas nyo, sagipin nyo, sumaklolo, sakloloan",
        "en": (
            "save us, rescue us, in distress, need rescue, send rescue, distress, red flare*, "
            "flare seen, saw flare, saw a flare, saw red flare, flares seen"
        ),
        "vi": "cuu voi, cau cuu, cap cuu, cuu chung toi, keu cuu, xin cuu",
        "th": "ช่วยด้วย, ขอความช่วยเหลือ, ฉุกเฉิน, ช่วยเราด้วย, ช่วยผมด้วย, ช่วยฉันด้วย",
        "ta": "காப்பாற்று, காப்பாத்து, kaapathu*, kaappatru*",
    },
    # Said in an emergency and every other day too.
    "plea": {
        "any": "",
        "ms": "tolong, tlg, tlong, tolng, bantuan, bantu, tolonglah, tlglah",
        "id": "tolong, bantu, bantuan, tolongin, minta tolong, mohon bantuan, butuh bantuan",
        "fil": "tulong, tulungan, tulungan nyo, patulong, tulungan ninyo, tulongan, tulong po",
        "en": "help, emergency, assistance, assist, urgent help",
        "vi": "giup, giup do, giup voi",
        "th": "ช่วย",
        "ta": "உதவி, udhavi, uthavi, udavi",
    },
    "urgency": {
        "any": "pan pan, panpan, pan-pan",
    },
    "safe_now": {
        "ms": (
            "dah selamat, sudah selamat, telah selamat, kami selamat, semua selamat, silap, "
            "tersilap, tersalah, salah hantar, salah tekan, dah ok, sudah ok, tak jadi, batal "
            "sos, dah jumpa, sudah dijumpai, dah sampai jeti, dah balik"
        ),
        "id": (
            "sudah aman, aman sekarang, kami aman, sudah selamat, kami selamat, salah kirim, "
            "salah pencet, salah tekan, maaf salah, sudah ditemukan, sudah ketemu, sudah ok, "
            "kepencet, batal darurat, telah selamat, sudah terkendali"
        ),
        "fil": (
            "ligtas na, mali po, nagkamali, mali ang napindot, maling pindot, ok na kami, ok na "
            "po kami, nakauwi na, nasa pampang na, nahanap na, wrong send, ligtas kami, maling "
            "send"
        ),
        "en": (
            "safe now, false alarm, we are safe, all safe, i am safe, were safe, we are ok, sent "
            "by mistake, by mistake, wrong number, ignore last, cancel sos, cancel mayday, no "
            "longer in danger, engine fixed, back in port, accidental activation, all ok now"
        ),
        "vi": "an toan, nham, gui nham, bam nham, da ve ben, da tim thay",
        "th": "ปลอดภัยแล้ว, กดผิด, ส่งผิด, เข้าใจผิด, เจอแล้ว",
        "ta": "பாதுகாப்பாக, தவறுதலாக, தவறாக அனுப்பி, padhugappaga, pathukappaga",
    },
    "drill": {
        "ms": "latihan, ini latihan",
        "id": "latihan, simulasi, gladi",
        "fil": "pagsasanay, drill lang",
        "en": "drill, exercise, exercise exercise exercise, this is a drill, test only, this is a test",
        "vi": "dien tap, tap duot",
        "th": "ฝึกซ้อม, ซ้อมแผน",
        "ta": "பயிற்சி, payirchi",
    },
    "thanks": {
        "ms": "terima kasih, tq, tima kasih, trima kasih, tkasih",
        "id": "terima kasih, makasih, terimakasih, trims",
        "fil": "salamat, maraming salamat, slmt",
        "en": "thanks, thank you, thx, thank u, ty",
        "vi": "cam on",
        "th": "ขอบคุณ",
        "ta": "நன்றி, nandri",
    },
    "negation": {
        "ms": "tak, tidak, bukan, jangan, tiada, takde, takda, x",
        "id": "tidak, bukan, jangan, tdk, gak, ga, nggak, tiada, tanpa",
        "fil": "hindi, wala, walang, di, hinde",
        "en": "no, not, without, never, none, isnt, arent, wasnt, dont",
        "vi": "khong, chua, chang, ko",
        "th": "ไม่, ไม่มี",
        "ta": "இல்லை, illai, illa",
    },
    "past": {
        "ms": "semalam, kelmarin, tadi malam, minggu lepas, bulan lepas, dulu",
        "id": "kemarin, kemaren, tadi malam, semalam, minggu lalu, bulan lalu",
        "fil": "kahapon, kagabi, noong, nakaraang linggo",
        "en": "yesterday, last night, last week, last month, ago, earlier this week",
        "vi": "hom qua, toi qua, dem qua, tuan truoc",
        "th": "เมื่อวาน, เมื่อคืน, สัปดาห์ที่แล้ว",
        "ta": "நேற்று, netru",
    },
    "grave": {
        "ms": (
            "parah, pengsan, tidak sedar, tak sedar, nazak, kritikal, banyak darah, serangan "
            "jantung, sesak nafas"
        ),
        "id": (
            "parah, pingsan, tidak sadar, tak sadarkan diri, kritis, sekarat, serangan jantung, sesak napas"
        ),
        "fil": ("walang malay, hinimatay, nahimatay, kritikal, agaw buhay, malubha, inatake, hirap huminga"),
        "en": (
            "unconscious, not breathing, heart attack, chest pain, stroke, critical, severe "
            "bleeding, heavy bleeding, seriously injured, dying, life threatening, bleeding badly"
        ),
        "vi": "om nang, bat tinh, nguy kich, nguy hiem tinh mang, dot quy, nhoi mau co tim",
        "th": "หมดสติ, สาหัส, หัวใจวาย, โคม่า",
        "ta": "மயக்கம், ஆபத்தான நிலை, நெஞ்சு வலி",
    },
}

# Everyday words that tell one language from the others; what several share counts for each.
COMMON: dict[str, str] = {
    "ms": (
        "sekarang, tadi, tolong, saya, kami, bot, tak, org, dah, kat, nak, tuan, tgh, cepat, "
        "dekat, ada, dan, ini, yang, sy, kpd, boleh, sahaja, encik, abang, slm, takde, krew, tel, "
        "hantar, darjah, nampak, batu nautika, ke, di, dari, kanak, minit, enjin, penyelamat, "
        "guna, tengah, macam, mana, berapa, balik, masih, lagi, pukat, tunda, sikit, kena, laju, "
        "ruj"
    ),
    "id": (
        "lu, ls, bt, bb, saya, kami, kapal, tidak, pak, bisa, mesin, perahu, abk, mohon, sudah, "
        "lagi, ada, dan, ini, yang, dengan, di, dari, ke, gan, mas, bapak, kita, tolong, butuh, "
        "posisi, derajat, tadi, menit, gak, nggak, sedang, dekat, nelayan, mau, sekarang, banyak, "
        "brp, berapa, hari, kru, hp, bang, bukan, anda, jangan, laporan, lapor, sejak, namanya, "
        "kemarin, minyak, masih"
    ),
    "fil": (
        "po, ang, ng, namin, kami, sa, mga, may, bangka, nasa, kayo, nyo, ninyo, na, ko, kmi, ba, "
        "yung, nakikita, malapit, tao, katao, daw, opo, ngayon, kasama, samin, wala, dito, barko, "
        "nsa, namen, tayo, sila, bukas, kahapon, lang, din, rin, pa, si, ay, at, dagat, lambat, "
        "dalawang, tatlong"
    ),
    "en": (
        "the, is, we, are, and, our, of, with, my, you, near, boat, engine, vessel, water, "
        "please, pls, need, from, crew, have, has, on, at, this, for, can, people, persons, ship, "
        "men, heading, coast, me, i, us, onboard, off, in, to, long, price, fish, what, how, "
        "send, north, south, east, west, lights, visible, no, not, rescue, immediately"
    ),
    "vi": (
        "tau, nguoi, chung, toi, thuyen, ghe, bien, hai ly, ngu dan, cuu, dang, bi, voi, mui, "
        "dao, kinh, vi do, ve phia, cach, duoc, khong, cua, ca, xin, gan, phia, thuyen vien, anh, "
        "do, len, va, may, nuoc"
    ),
    "th": "",
    "ta": "padagu, kadal, enga, engal, naanga, udhavi, per, irukku, illai, meen",
}

# Keywords that another language uses for something else ("no", "lat"): they count only in a text that has so
# many everyday words of their own language.
NEEDS_COMPANY: dict[str, tuple[str, int]] = {
    "ty": ("en", 1),
    "mine": ("en", 2),
    "thai": ("en", 1),
    "spill": ("en", 1),
    "di": ("fil", 2),
    "laser": ("fil", 1),
    "solar": ("id", 1),
    "ga": ("id", 2),
    "potas": ("id", 1),
    "pati": ("ms", 1),
    "x": ("ms", 2),
    "dulu": ("ms", 1),
    "thee": ("ta", 1),
    "no": ("vi", 2),
    "lat": ("vi", 2),
    "chay": ("vi", 1),
    "chim": ("vi", 1),
    "cuop": ("vi", 1),
    "giup": ("vi", 1),
    "sung": ("vi", 1),
    "nham": ("vi", 1),
    "xang": ("vi", 1),
    "ko": ("vi", 2),
}

# Stepped over between a denial and what it denies.
FILLERS = frozenset(
    "a ada an ang any anyone are ay co dah is lagi more na naman ng nguoi of orang org pa po sedang "
    "sudah tao telah the yang".split()
)
