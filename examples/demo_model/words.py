"""What the drawn pictures speak of: colours, shapes, words, settings, with their Chinese names."""

# name: (RGB, Chinese)
COLOURS = {
    "red": ((214, 39, 40), "红色"),
    "orange": ((255, 140, 10), "橙色"),
    "yellow": ((245, 220, 40), "黄色"),
    "green": ((40, 160, 60), "绿色"),
    "blue": ((40, 80, 220), "蓝色"),
    "purple": ((130, 50, 170), "紫色"),
    "pink": ((250, 150, 190), "粉色"),
    "brown": ((125, 75, 35), "棕色"),
    "black": ((15, 15, 15), "黑色"),
    "white": ((252, 252, 252), "白色"),
    "gray": ((130, 130, 130), "灰色"),
}

SHAPES = {
    "circle": "圆形",
    "square": "正方形",
    "triangle": "三角形",
    "star": "星形",
    "diamond": "菱形",
    "cross": "十字形",
    "ring": "圆环",
}

# Rows and columns of a picture in thirds.
PLACES = {
    (0, 0): ("at the top left", "左上方"), (0, 1): ("at the top", "上方"), (0, 2): ("at the top right", "右上方"),
    (1, 0): ("at the left", "左侧"), (1, 1): ("in the center", "中央"), (1, 2): ("at the right", "右侧"),
    (2, 0): ("at the bottom left", "左下方"), (2, 1): ("at the bottom", "下方"), (2, 2): ("at the bottom right", "右下方"),
}

DIRECTIONS = {
    (1, 0): ("right", "右"), (-1, 0): ("left", "左"), (0, -1): ("up", "上"), (0, 1): ("down", "下"),
    (1, -1): ("up and right", "右上"), (-1, -1): ("up and left", "左上"),
    (1, 1): ("down and right", "右下"), (-1, 1): ("down and left", "左下"),
}

# Names of switches and pages of a settings screen.
SETTINGS = {
    "Bluetooth": "蓝牙", "Wi-Fi": "无线网络", "Airplane mode": "飞行模式", "Dark mode": "深色模式",
    "Location": "定位", "Notifications": "通知", "Sound": "声音", "Vibration": "振动", "Battery saver": "省电模式",
    "Auto rotate": "自动旋转", "Night light": "夜间模式", "Hotspot": "热点", "Mobile data": "移动数据",
    "Roaming": "漫游", "Backup": "备份", "Sync": "同步", "Camera": "相机", "Microphone": "麦克风",
    "Do not disturb": "勿扰模式", "Large text": "大字体", "Captions": "字幕", "Auto update": "自动更新",
    "VPN": "虚拟专用网", "NFC": "近场通信",
}
PAGES = {
    "Display": "显示", "Storage": "存储", "Privacy": "隐私", "Security": "安全", "Language": "语言",
    "Accounts": "账户", "About": "关于", "Help": "帮助", "Keyboard": "键盘", "Battery": "电池", "Apps": "应用",
    "Network": "网络", "Wallpaper": "壁纸", "Date and time": "日期和时间",
}
BUTTONS = {"Save": "保存", "Cancel": "取消", "OK": "确定", "Apply": "应用", "Reset": "重置", "Close": "关闭",
           "Next": "下一步", "Sign out": "退出登录", "Send": "发送", "Delete": "删除"}

TITLES = ("Settings", "Options", "System", "Preferences", "Control", "Device", "General")

CATEGORIES = (
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    ("A", "B", "C", "D", "E", "F", "G", "H"),
    ("2017", "2018", "2019", "2020", "2021", "2022", "2023", "2024"),
    ("tea", "milk", "rice", "corn", "fish", "salt", "oil", "egg"),
    ("red", "blue", "pink", "gray", "gold"),
    ("North", "East", "South", "West"),
    ("Q1", "Q2", "Q3", "Q4"),
)
CHART_TITLES = ("Sales", "Visitors", "Rain", "Score", "Income", "Users", "Price", "Orders", "Energy", "Trips", "Output", "")

WORDS = """
able above acid across act actor add after again age agree ahead air alarm album alive all allow almost alone
along also always amber among amount angle animal answer any apple april apron arch area arm army around arrive
arrow art ask atom august aunt author autumn avenue award away baby back bacon bad bag bake balance ball bamboo
banana band bank bar barn base basin basket bat bath beach bean bear beard beat beauty bed bee beef before begin
behind bell belt bench berry best better between beyond bicycle big bike bird birth black blanket blind block
blood blow blue board boat body boil bolt bone book boot border born both bottle bottom bowl box boy brain branch
brass brave bread break breath brick bridge bright bring broken broom brother brown brush bucket build bulb burn
bus bush butter button buy cabin cable cactus cage cake calm camel camera camp candle candy canvas cap captain car
card care carpet carry cart case castle cat catch cause cave cedar center chain chair chalk chance change charge
chart chase cheap check cheese cherry chess chest chief child chin choice church circle city clay clean clear clever
climb clock close cloth cloud clown club coach coal coast coat code coffee coin cold collar color comb come comet
common cook cool copper copy coral cork corn corner cost cotton couch count country course cousin cover cow crab
crane cream credit creek crisp crop cross crowd crown cruel crystal cup curtain curve custom cut cycle daily dance
danger dark dawn day deal dear deep deer degree delta dense desert design desk detail dial diamond dice diet dig
dinner dirt dish dive doctor dog doll dollar dome donkey door double doubt dove down dragon draw dream dress drift
drill drink drive drop drum dry duck dust duty eagle ear early earth east easy eat echo edge effect egg eight elbow
electric elephant eleven empty end energy engine enjoy enough enter equal error escape even evening event ever every
exact example exit extra eye fabric face fact fair faith fall false family famous fan farm fast father fault favor
feather feed feel fence fern ferry few fiber field fig fight fill film final find fine finger fire first fish five
flag flame flash flat flavor fleet flight flint float flock flood floor flour flow flower flute fly foam focus fog
fold food foot force forest forget fork form fort forty forward fossil four fox frame free fresh friend frog front
frost fruit fuel full fun funny fur future gain galaxy game garage garden garlic gas gate gather gear gentle giant
gift ginger giraffe girl give glad glass globe glove glue goal goat gold good goose grain grand grape grass gravel
gray great green grid grip ground group grow guard guess guest guide guitar habit hair half hall hammer hand handle
happy harbor hard harp hat hawk hay head heap heart heat heavy hedge height helmet help hen herb here hero high hill
hint history hold hole holiday hollow home honey hook hope horn horse host hotel hour house human humor hundred
hunt hurry ice idea igloo image inch index ink insect inside iron island ivory ivy jacket jam jar jazz jelly jewel
job join joke journey joy judge juice july jump june jungle junior just keep kettle key kick kid kind king kitchen
kite kitten knee knife knot know label lace ladder lady lake lamb lamp land lane language large laser last late
laugh lava law lawn layer lead leaf learn leather leave left leg legend lemon lens lesson letter level library lid
life lift light lily lime line lion lip list little live lizard load loaf local lock log logic long look loop lost
loud love low loyal luck lumber lunch lung machine magic magnet mail main make mango map maple marble march mark
market mask mass master match math matter may meadow meal mean meat medal medium meet melon melt member memory
menu mercy merry metal method middle mild mile milk mill mind mine mint minute mirror mist mix model modern moment
money monkey month moon moral morning moss mother motor mountain mouse mouth move movie much mud mule muscle museum
music mystery nail name narrow nation nature near neat neck needle nest net never new news next nice night nine noble
noise noon normal north nose note nothing novel number nurse nut oak oasis ocean october odd off office often oil
olive once onion only open opera orange orbit order organ other otter outside oval oven over owl owner oxygen oyster
pack page paint pair palace palm pan panda panel paper parade parcel parent park parrot part party pass past pasta
path patient pattern pause pea peace peach peak pear pearl pebble pen pencil people pepper perfect person pet phone
photo piano picnic picture piece pig pilot pin pine pink pipe pirate pizza place plain plan planet plant plastic
plate play plenty plum pocket poem poet point polar police polite pond pony pool poor popular port post pot potato
pound powder power praise press pretty price pride prince print prize problem profit program promise proof proud
public pull pulse pump pupil puppet pure purple push puzzle quality queen quest question quick quiet quilt quiz
rabbit race radio rail rain raise ranch range rapid rare raven razor reach read ready real reason record red reef
region relax remote rent repair reply report rescue rest result return reward rhythm ribbon rice rich ride right
ring ripe river road roast robin robot rock rocket role roll roof room root rope rose rough round route royal rubber
ruby rule run rush saddle safe sail salad salmon salt same sample sand satin sauce save scale scarf school science
score scout screen sea seal season seat second secret seed seven shade shadow shape share shark sharp sheep sheet
shelf shell shield shine ship shirt shock shoe shop shore short shoulder show shower side sight sign signal silent
silk silver simple sing sister six size skate skill skin skirt sky sleep sleeve slice slide slow small smart smile
smoke smooth snack snail snake snow soap social sock soft soil solar soldier solid some son song soon sound soup
south space spare spark speak special speed spell spice spider spin spirit sponge spoon sport spot spring square
squirrel stable stage stair stamp stand star start state station steam steel stem step stick still stitch stone
stool stop store storm story stove straight strange straw stream street string strong student studio style sugar
suit summer sun sunset supper sure surf surface swan sweet swim swing switch symbol syrup system table tail talent
talk tall tame tank tape task taste taxi tea teach team tell temple ten tennis tent test thank theater thick thin
thing think third thirty thread three throat throne thumb thunder ticket tide tiger tile timber time tin tiny tired
title toast today toe token tomato tone tool tooth top torch total touch tower town toy track trade traffic trail
train travel tray treasure tree trick trip truck true trumpet trunk trust truth tulip tunnel turkey turn turtle
twelve twenty twig twin two type umbrella uncle under union unit up upper urban use useful usual valley value vapor
vase velvet verb very vessel victory video view village violin visit voice volume vote voyage wagon waist wait walk
wall walnut walrus want warm wash waste watch water wave wax way weak wealth weather web wedge week weight welcome
well west whale wheat wheel whistle white whole wide wild willow win wind window wing winner winter wire wise wish
wolf wonder wood wool word work world worm worth wrap wrist write wrong yacht yard yarn year yellow yes yield yoga
young youth zebra zero zinc zone zoo
""".split()

SYLLABLES = ("ba be bi bo bu ca ce co cu da de di do du fa fe fi fo ga ge go gu ha he hi ho ja jo ka ke ki ko la le li lo lu "
             "ma me mi mo mu na ne ni no nu pa pe pi po pu qua ra re ri ro ru sa se si so su ta te ti to tu va ve vi vo "
             "wa we wi xa xo ya yo za ze zi zo al an ar as el en er es in ir is on or os um un ur st tr pl cl br gr").split()
