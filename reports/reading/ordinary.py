"""Words that are everyday words first and names of places, if at all, second.

Towns are called Pasar (market), Mati (dead) and Makan (eat); without "kampung" or "pulau" before them such
names are not taken for places. Every word that the reading knows otherwise is one too.
"""

from .tables import NEAR_WORDS, VOCABULARY

_EVERYDAY = (
    # Malay, Indonesian
    "ada adalah agak agar air akan aku alam aman amat ampun anak anda angin antara apa api arah arus asap "
    "asing asli atas atau awak ayah ayam baca badan bagi bagus baik balik bangun banjir banyak bapa bapak "
    "barang baru basah batang bawa bawah bayar beberapa belakang beli belum benar bengkel beras berat "
    "besar besi besok betul bila bisa bocor boleh bot buat bukit bulan bunga buruh cari cepat cerita "
    "cuaca cucu cukup dah dalam damai dan dapat dapur darat dari dekat depan desa diam doa dua duduk duit "
    "dunia emas empat enam esok gelap gelombang gereja gila gula gunung guru habis harga hari hati hidup "
    "hijau hilang hitam hutan ibu ikan ingat isteri itik itu jadi jalan jam jambatan jangan jaring jatuh "
    "jauh jeti jual juga kaki kamar kami kampung kamu kantor kapal karang kasih kata kawan kayu kebun "
    "kecil kedai kelapa keluar kena kepala kering kerja ketua kita kolam kosong kota kuat kubur kuda "
    "kuning lagi lain laki lama lampu langit lapan lapar lapor laut layar lebih lepas lewat lihat lima "
    "luar lubang lurus madu mahal mahu main makan malam mana mandi manis manusia mas masjid masuk mati "
    "mau melayu merah merdeka mereka minggu minta minum minyak motor muara muda mudah muka mulut nak nama "
    "nasi nelayan nenas nyawa ombak orang padang padi pagi pahit pak panas panjang pantai papan pasang "
    "pasar pasir pati pecah pendek perahu perang pergi perlu pertama petang pinang pintu pisang pokok "
    "polis pondok posisi puasa pukat pukul pulang pulau punya pusat putih rakyat ramai rantau rasa raya "
    "rendah ribu rosak ruang rumah rusa sabar sahaja saja sakit salah sama sampai sampan sana sangat satu "
    "sawah saya sebelah sedang sejuk sekarang sekolah selamat selatan semua senang sendiri seribu siang "
    "siapa simpang sini situ sore suami subuh sudah sungai surat susah tadi tahan tahu tak takut taman "
    "tambak tanah tangan tangki tapi tasik tebing telaga teman tempat tengah tenggara terang terima tiang "
    "tiba tidak tidur tiga timur tinggi toko tolong tua tuan tujuh tunggu ubi udang ujung ular umur untuk "
    "utara waktu wang warung "
    # Filipino
    "ako aming ang anim apat araw asawa atin bagyo bahala bahay baka balita bangka barko baso bata bayan "
    "buhay bukas bukid bundok daan dagat dalawa dito doon gabi gamot ganda gawa gitna gulo hangin hapon "
    "hindi ilog inday isda isla ito kanina kanto kapatid kasama kaya kayo ko lahat lakas lalim lang "
    "ligtas loob lupa mabuti maganda magandang mainit malaki malalim maliit marami masama mata namin "
    "nandito ngayon opo pasig patay pera pito po poblacion pook poon pula puno puti saan salamat sila "
    "simbahan sino sira tabi tagal tama tanghali tao tatlo tayo tubig tuloy ulan ulit umaga wala walang "
    "walo "
    # English
    "about above after again all alone and any are area around away back bad bank base bay beach before "
    "below big black blue boat bottom bridge bus but calm camp cannot captain castle central church city "
    "clear coast cold come company control cross current danger dark day dead deck deep dinner down east "
    "engine evening family far farm fast father field fine fish fisher fishing five food forest fort "
    "forward found four free friday friend from garden gas get going gold good great green ground harbour "
    "have head heart here high hill home hope hospital hotel house island just king lake land last late "
    "left less life light line little long look lost love low man many market me middle mission monday "
    "moon more morning mother mountain my new night no noon north now ocean off office oil old one open "
    "out over park place please point police port private public queen rain red reef right river road "
    "rock room round safe sand school sea shallow shelter ship shop shore short side six sky slow small "
    "soon south speed stand star start station stone storm strait strong sun sunday sunset super that the "
    "there they this three time today tomorrow tower town two under union unit up victoria village wait "
    "warm water wave way we weather well west wet white wind with work yes you "
    # Vietnamese
    "anh ban bao ben bien binh bo cam cang cao cha chai chi cho chua chung co con cua cung dang dao den "
    "di dinh do doi dong duoc duong em gan gap gia gio giua ha hai hoa hom hon khoi khong la lam lon luc "
    "luoi mot muc muoi nam nang nay nen ngay ngoai nguoi nha nhanh nho nhung nuoc o ong phia phu qua quan "
    "ra rat roi sang sau song ta tai tam tan tay thanh thi thuyen tien tinh toi tom tot trang tren trong "
    "truoc tu va van ve vi viec voi vung xa xin "
)

ORDINARY = frozenset(_EVERYDAY.split()) | VOCABULARY | NEAR_WORDS
