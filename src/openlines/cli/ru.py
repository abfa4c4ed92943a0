"""The command line in Russian, by its English sentences."""

# ruff: noqa: E501 - a sentence and its translation stand together

from typing import Final

RUSSIAN: Final = {
    # help
    "A self-hosted contact centre: every channel, one queue, the right operator, in real time.": "Контакт-центр на своём сервере: все каналы, одна очередь, нужный оператор, в реальном времени.",
    """
Examples:

  openlines serve                                    start on http://127.0.0.1:8080 with ./data
  openlines serve --data /var/lib/openlines --public-url https://chat.example.org
  openlines demo                                     a portal full of life on a throw-away database
  openlines admin create --email ann@example.org --password-stdin < password.txt
  openlines user add --email bob@example.org --name "Bob" --department Support
  openlines token create --user ann@example.org --scope read --scope reply
  openlines doctor                                   what is wrong, and what to do
  openlines inbox replay --all                       try again what vendors sent and nobody understood
  openlines line export Support --to support.json    a line as a file; `line import` reads it

Every option of serve can be a variable: --public-url is OPENLINES_PUBLIC_URL. `openlines serve --help` lists them.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage or settings, 3 the portal is in use by another process.
""": """
Примеры:

  openlines serve                                    запустить на http://127.0.0.1:8080 с папкой ./data
  openlines serve --data /var/lib/openlines --public-url https://chat.example.org
  openlines demo                                     живой портал на временной базе
  openlines admin create --email ann@example.org --password-stdin < password.txt
  openlines user add --email bob@example.org --name "Борис" --department Поддержка
  openlines token create --user ann@example.org --scope read --scope reply
  openlines doctor                                   что не так и что делать
  openlines inbox replay --all                       ещё раз разобрать то, что прислали и никто не понял
  openlines line export Поддержка --to line.json     линия в файле; его читает `line import`

Любой параметр serve можно задать переменной: --public-url это OPENLINES_PUBLIC_URL. Список: `openlines serve --help`.

Коды завершения: 0 сделано, 1 отказ или сбой, 2 неверный вызов или настройка, 3 портал занят другим процессом.
""",
    "Administrators.": "Администраторы.",
    "Users: operators and administrators.": "Пользователи: операторы и администраторы.",
    "Keys for programs.": "Ключи для программ.",
    "Events of vendors that could not be understood.": "События каналов, которые не удалось разобрать.",
    "Folder with the database, files and secret key. [default: data]": "Папка с базой, файлами и секретным ключом. [по умолчанию: data]",
    "sqlite:///… or postgresql://…  [default: portal.db in the data folder]": "sqlite:///… или postgresql://…  [по умолчанию: portal.db в папке данных]",
    "Answer in JSON, for programs.": "Ответить в JSON, для программ.",
    "E-mail address; the name to sign in with.": "Адрес почты; с ним входят.",
    "Read the password from standard input.": "Прочитать пароль из стандартного ввода.",
    "Print the version.": "Показать версию.",
    "Address to listen on. [default: 127.0.0.1]": "На каком адресе слушать. [по умолчанию: 127.0.0.1]",
    "Port to listen on; 0 takes a free one. [default: 8080]": "На каком порту слушать; 0 берёт свободный. [по умолчанию: 8080]",
    "Address under which customers and vendors reach this portal.": "Адрес, по которому портал доступен клиентам и каналам.",
    "Parts to run: api, workers. [default: both]": "Что запустить: api, workers. [по умолчанию: оба]",
    "Port to listen on. [default: 8080]": "На каком порту слушать. [по умолчанию: 8080]",
    "Name, as colleagues and customers see it.": "Имя, как его видят коллеги и клиенты.",
    "Name of the portal, when this sets it up.": "Название портала, если он создаётся этой командой.",
    "en or ru.": "en или ru.",
    "Like Europe/Berlin.": "Например, Europe/Moscow.",
    "operator or administrator.": "operator или administrator.",
    "Department, by name; may be repeated.": "Отдел по названию; можно повторять.",
    "E-mail of the user for whom the program speaks.": "Почта пользователя, за которого говорит программа.",
    "read, reply, manage or admin; may be repeated.": "read, reply, manage или admin; можно повторять.",
    "What it is for.": "Для чего он.",
    "How many to show.": "Сколько показать.",
    "Number of an event; may be repeated.": "Номер события; можно повторять.",
    "All that are put aside now.": "Все, что отложены сейчас.",
    # commands
    "Start the server. Stops gracefully on SIGTERM and Ctrl-C.\n\nA SQLite portal is made and brought up to date by "
    "itself; for PostgreSQL run `openlines migrate` first.": "Запустить сервер. По SIGTERM и Ctrl-C останавливается, закончив начатое.\n\nПортал на SQLite создаётся и "
    "обновляется сам; для PostgreSQL сначала выполните `openlines migrate`.",
    "Start a believable portal on a throw-away database: customers write by themselves. Prints the logins.": "Запустить правдоподобный портал на временной базе: клиенты пишут сами. Печатает логины.",
    "Bring the database to this program's version. Old programs keep working on it meanwhile.": "Довести базу до версии этой программы. Старые программы тем временем продолжают с ней работать.",
    "Look at everything that can be wrong and say what to do. Exit code 1 when something is.": "Проверить всё, что может быть не так, и сказать, что делать. Код завершения 1, если что-то не так.",
    "Add an administrator. In a new portal this is the set-up: it also makes the first line and website chat.": "Добавить администратора. В новом портале это и есть настройка: создаются первая линия и чат для сайта.",
    "Add a user. Without --password-stdin a password is made up and printed once.": "Добавить пользователя. Без --password-stdin пароль придумывается и печатается один раз.",
    "Give a user a new password and sign him out everywhere.": "Дать пользователю новый пароль и завершить все его сеансы.",
    "Make a key for a program. It is printed once and stored nowhere.": "Создать ключ для программы. Он печатается один раз и нигде не хранится.",
    "The kinds of channel with what they can do, and the channels that are connected.": "Виды каналов, что они умеют, и подключённые каналы.",
    "Events of vendors that were put aside because they could not be understood, newest first.": "События каналов, отложенные, потому что их не удалось разобрать; сначала новые.",
    "Try events again that were put aside, after their cause was mended. The server applies them.": "Ещё раз разобрать отложенные события, когда причина устранена. Применяет их сервер.",
    # settings of a server process
    "Settings, as variables; a flag wins over its variable:": "Настройки переменными; флаг важнее переменной:",
    "language of the command line, en or ru; default: the locale's": "язык командной строки, en или ru; по умолчанию язык системы",
    "folder with the database, the files and the secret key": "папка с базой, файлами и секретным ключом",
    "sqlite:///… or postgresql://…; default: portal.db in the data folder": "sqlite:///… или postgresql://…; по умолчанию portal.db в папке данных",
    "address to listen on": "на каком адресе слушать",
    "port to listen on; 0 takes a free one": "на каком порту слушать; 0 берёт свободный",
    "address under which customers and vendors reach this portal": "адрес, по которому портал доступен клиентам и каналам",
    "parts that this process runs: api, workers": "что запускает этот процесс: api, workers",
    "name of this process among several; default: host name and port": "имя этого процесса среди нескольких; по умолчанию имя машины и порт",
    "networks whose X-Forwarded-For and X-Forwarded-Proto are believed": "сети, чьим X-Forwarded-For и X-Forwarded-Proto можно верить",
    "key that seals channel secrets; default: secret.key in the data folder": "ключ, которым шифруются секреты каналов; по умолчанию secret.key в папке данных",
    "how many lines may be switched on; 0 = no limit": "сколько линий можно включить; 0 = без ограничения",
    "largest file that may be sent, bytes": "самый большой файл, который можно отправить, в байтах",
    "read-only connections to the database": "соединения с базой только для чтения",
    "writing connections to PostgreSQL": "пишущие соединения с PostgreSQL",
    "how the log is written: auto, json, console": "в каком виде пишется журнал: auto, json, console",
    "least serious line that is written: debug, info, warning, error": "с какой важности строки попадают в журнал: debug, info, warning, error",
    # what commands answer
    "The demo is not part of this installation ({error}).": "Демо нет в этой установке ({error}).",
    "Stop it first; it migrates by itself when it starts again.": "Сначала остановите его; при следующем запуске он обновит базу сам.",
    "The database {database} is up to date.": "База {database} обновлена.",
    "Administrator {email} added.": "Администратор {email} добавлен.",
    "The portal is set up.": "Портал настроен.",
    "User {email} added.": "Пользователь {email} добавлен.",
    "Password: {password}": "Пароль: {password}",
    "{email} has a new password and is signed out everywhere.": "У {email} новый пароль, все прежние сеансы завершены.",
    "#{id} {name} [{kind}] on line {line_id}: {state}": "#{id} {name} [{kind}] на линии {line_id}: {state}",
    "Nothing was put aside.": "Отложенных событий нет.",
    "{events} put aside.": "{events}.",
    "channel #{channel_id}, chat {lane}": "канал #{channel_id}, чат {lane}",
    "`openlines inbox replay --all` tries them again.": "Разобрать их ещё раз: `openlines inbox replay --all`.",
    "Name events with --id, or all of them with --all.": "Назовите события через --id или все сразу: --all.",
    "{events} tried again.": "Разбирается ещё раз: {events}.",
    "Give the password on standard input with --password-stdin.": "Передайте пароль через стандартный ввод: --password-stdin.",
    "Password": "Пароль",
    "The running server does not answer: {error}": "Работающий сервер не отвечает: {error}",
    "There is no portal in {folder} yet. Start it with `openlines serve` or `openlines admin create`, "
    "or name its folder with --data.": "В {folder} ещё нет портала. Начните с `openlines serve` или `openlines admin create` или укажите его папку: "
    "--data.",
    # doctor
    "`openlines serve` makes one, or `openlines admin create`; or name its folder with --data.": "Его создаст `openlines serve` или `openlines admin create`; или укажите его папку: --data.",
    "There is no portal in {folder} yet.": "В {folder} ещё нет портала.",
    "Is the address right, is the database running, may this user read the folder?": "Верен ли адрес, работает ли база, может ли этот пользователь читать папку?",
    "The portal does not open: {why}": "Портал не открывается: {why}",
    "through the running server": "через работающий сервер",
    "no server runs in this folder": "в этой папке сервер не запущен",
    "The database ({database}) opens, {by}.": "База ({database}) открывается, {by}.",
    "`openlines serve` makes it; or name another one with --data.": "Её создаст `openlines serve`; или укажите другую: --data.",
    "There is no folder {folder}.": "Папки {folder} нет.",
    "The data folder {folder} can be written.": "В папку данных {folder} можно писать.",
    "The data folder {folder} cannot be written.": "В папку данных {folder} нельзя писать.",
    "Give it to the server's user.": "Отдайте её пользователю сервера.",
    "Only {megabytes} MB are left.": "Осталось только {megabytes} МБ.",
    "Make room.": "Освободите место.",
    "Others may read {key}.": "Файл {key} могут читать другие.",
    "The secret key is readable by its owner only. Is it in your backup?": "Секретный ключ читает только владелец. Есть ли он в резервной копии?",
    "The web parts are not built: {missing}.": "Веб-часть не собрана: {missing}.",
    "Run `make web`.": "Выполните `make web`.",
    "The web parts are there.": "Веб-часть на месте.",
    "Set --public-url to the https address, so that vendors can reach the portal and links are right.": "Укажите адрес https в --public-url, чтобы каналы могли достучаться и ссылки были верны.",
    "No public address is set.": "Внешний адрес не задан.",
    "Put a reverse proxy with https before it: passwords and words can be read on the way.": "Поставьте перед ним обратный прокси с https: пароли и слова можно прочитать по дороге.",
    "{address} is not https.": "{address} — это не https.",
    "The public address is {address}.": "Внешний адрес: {address}.",
    "Listen on 127.0.0.1 and let a reverse proxy with https pass requests on.": "Слушайте 127.0.0.1, а запросы пусть передаёт обратный прокси с https.",
    "The server listens on {host}, reachable from other machines.": "Сервер слушает {host}: он доступен с других машин.",
    "Open the link that `openlines serve` prints, or run `openlines admin create`.": "Откройте ссылку, которую печатает `openlines serve`, или выполните `openlines admin create`.",
    "The portal is not set up yet.": "Портал ещё не настроен.",
    "There is no active administrator.": "Нет ни одного действующего администратора.",
    "Run `openlines admin create`.": "Выполните `openlines admin create`.",
    "The portal “{portal}” has users: {users}, administrators among them: {administrators}.": "Портал «{portal}»: пользователей {users}, из них администраторов {administrators}.",
    "Channel #{id} “{name}” ({kind})": "Канал #{id} «{name}» ({kind})",
    "{channel} does not work: {reason}.": "{channel} не работает: {reason}.",
    "Its page in the settings says what to do.": "Что делать, сказано на его странице в настройках.",
    "{channel}: {state}.": "{channel}: {state}.",
    "not checked yet": "ещё не проверен",
    "works": "работает",
    "switched off": "выключен",
    "Events of vendors were put aside: {number}.": "Отложено событий каналов: {number}.",
    "`openlines inbox list` shows them; `openlines inbox replay --all` tries them again.": "`openlines inbox list` покажет их, `openlines inbox replay --all` разберёт ещё раз.",
    "Another program listens there; choose another --port.": "Там слушает другая программа; выберите другой --port.",
    "Port {port} is not free: {why}.": "Порт {port} занят: {why}.",
    "Port {port} is free.": "Порт {port} свободен.",
    "Lines as files.": "Линии в файлах.",
    "Number or name of the line.": "Номер или название линии.",
    "File to write. [default: standard output]": "Файл для записи. [по умолчанию: стандартный вывод]",
    "Write a line to a file: settings, queue, faces and the look of its chats, without secrets and channels.": "Записать линию в файл: настройки, очередь, лица и вид её чатов, без секретов и каналов.",
    "The file cannot be written: {error}": "Файл не записать: {error}",
    "Line “{name}” is in {file}.": "Линия «{name}» в файле {file}.",
    "File that a line was written to; - is standard input.": "Файл, в который записали линию; - значит стандартный ввод.",
    "Line to change, by number or name; without it, a new one.": "Какую линию изменить, номер или название; без этого — новая.",
    "Name of the line. [default: the file's, or as it was]": "Название линии. [по умолчанию: из файла или прежнее]",
    "Leave out what the file names and nobody here knows: people, departments, settings, chats.": "Пропустить то, что в файле названо, а здесь неизвестно: людей, отделы, настройки, чаты.",
    "Make a line of a file, or bring an existing one to what the file says. What is unknown here is named first.": "Создать линию из файла или привести существующую к тому, что в файле. Сначала называет то, чего здесь нет.",
    "The file cannot be read: {error}": "Файл не прочитать: {error}",
    "Line “{name}” is made, number {line_id}.": "Линия «{name}» создана, номер {line_id}.",
    "Line “{name}” is as the file says.": "Линия «{name}» теперь как в файле.",
    "This is not the file of a line: it holds no JSON, or only a part of it.": "Это не файл линии: в нём нет JSON или только его часть.",
    "does not work": "не работает",
    # a server that starts, and why it does not
    "openlines {version} answers on {address}": "openlines {version} отвечает по адресу {address}",
    "Set the portal up (once): {link}": "Настроить портал (один раз): {link}",
    "Nobody would do the work of {missing}: with SQLite one process does everything.": "Работу {missing} было бы некому делать: с SQLite всё делает один процесс.",
    "Leave --roles out, or take PostgreSQL.": "Уберите --roles или возьмите PostgreSQL.",
    "None of these events is put aside. `openlines inbox list` shows which are.": "Ни одно из этих событий не отложено. Какие отложены, покажет `openlines inbox list`.",
    "openlines did not start: {reason}": "openlines не запустился: {reason}",
    "openlines {version} demo: {address}": "openlines {version}, демо: {address}",
    "password of everybody: {password}": "пароль у всех: {password}",
    "administrator": "администратор",
    "operator": "оператор",
    "be a customer: {address}": "побыть клиентом: {address}",
    "Ctrl-C ends it and leaves nothing behind.": "Ctrl-C завершит всё и ничего не оставит.",
    "Port {port} on {host} is taken: another program listens there, or openlines itself, started before. Choose another one with --port.": "Порт {port} на {host} занят: там слушает другая программа или запущенный раньше openlines. Выберите другой: --port.",
    "This user may not listen on port {port}: ports below 1024 are for the system. Choose a higher one with --port and put a reverse proxy before it.": "Этому пользователю нельзя слушать порт {port}: порты ниже 1024 системные. Выберите порт больше через --port и поставьте перед ним обратный прокси.",
    "{host}:{port} is no address to listen on here ({reason}). Choose one of this machine with --host.": "На {host}:{port} здесь слушать нельзя ({reason}). Выберите адрес этой машины: --host.",
    "The portal in {folder} is open in another process. One process at a time may use a portal's folder.": "Портал в {folder} открыт другим процессом. Папкой портала пользуется один процесс за раз.",
    "The portal in {folder} is open in process {pid}. One process at a time may use a portal's folder.": "Портал в {folder} открыт процессом {pid}. Папкой портала пользуется один процесс за раз.",
    "The database has no tables yet. Run `openlines migrate`, then start again.": "В базе ещё нет таблиц. Выполните `openlines migrate` и запустите снова.",
    "The database is at version {found}, this program needs {wanted}. Run `openlines migrate`, then start again.": "База версии {found}, программе нужна {wanted}. Выполните `openlines migrate` и запустите снова.",
    "There is no room on the disk. Make room, then start again.": "На диске нет места. Освободите место и запустите снова.",
    "{path} is not a database of openlines, or it is damaged. Put back the one from your backup.": "{path} — не база openlines, или она повреждена. Верните её из резервной копии.",
    "The address of the database cannot be understood. It is written like postgresql://user:password@host/name.": "Адрес базы не понять. Он пишется так: postgresql://пользователь:пароль@сервер/база.",
    "PostgreSQL cannot be reached: {reason}": "PostgreSQL недоступен: {reason}",
    "This user may not open {path}. Run the command as the server's user, like `sudo -u openlines …`, or give the data folder to this one.": "Этому пользователю нельзя открыть {path}. Выполните команду от имени пользователя сервера, например `sudo -u openlines …`, или отдайте папку данных этому.",
    "{path} cannot be written: the file system is read-only.": "В {path} нельзя писать: файловая система только для чтения.",
    "There is no {path}.": "Нет {path}.",
    "{path} is no folder. Name another one with --data.": "{path} — не папка. Назовите другую в --data.",
    "PostgreSQL {wanted} or newer is needed, and this is {found}. Bring the server up to date, or take another one.": "Нужен PostgreSQL {wanted} или новее, а это {found}. Обновите его или возьмите другой.",
    "Stop that one first, or name another folder with --data.": "Сначала остановите его или назовите другую папку в --data.",
    "This user may not read {key}.": "Этому пользователю нельзя читать {key}.",
    "The clock agrees with the database's.": "Часы согласны с часами базы.",
    "The machine's clock was set while the server ran. Keep it right by NTP; a restart takes it over.": "Часы машины перевели, пока сервер работал. Сверяйте их по NTP; перезапуск примет новое время.",
    "Keep both machines' clocks right by NTP: proofs of identity and codes are valid for minutes.": "Сверяйте часы обеих машин по NTP: подтверждения личности и коды действуют минуты.",
    "The portal's time and this machine's differ by {seconds} s.": "Время портала и время этой машины расходятся на {seconds} с.",
    # a setting that cannot be meant
    "must be a whole number from {least} to {most}": "должно быть целым числом от {least} до {most}",
    "must be the name of a folder": "должно быть именем папки",
    "must be one of {known}": "должно быть одним из: {known}",
    "must be api, workers or both, separated by a comma": "должно быть api, workers или оба через запятую",
    "must be an address without a path, like https://chat.example.org": "должно быть адресом без пути, как https://chat.example.org",
    "must be sqlite:///path/to/file.db or postgresql://user@host/name": "должно быть sqlite:///путь/к/файлу.db или postgresql://user@host/name",
    "must be addresses or networks separated by commas, like 10.0.0.0/8": "должно быть адресами или сетями через запятую, как 10.0.0.0/8",
    "{name} is not a setting of openlines. Did you mean {meant}?": "У openlines нет настройки {name}. Может быть, {meant}?",
    "{name} is not a setting of openlines. Known are {known}.": "У openlines нет настройки {name}. Есть: {known}.",
}
