/**
 * The make-believe portal's settings: set-up, lines, queues, channels, people, departments, tokens. Switches in the
 * environment: MOCK_SETUP=1 (the portal is not set up; the token is "one-time"), MOCK_INSECURE=1 (opened over http
 * from afar). `POST /api/v1/mock/rival/{line}` saves that line in somebody else's name.
 */
import { randomBytes } from "node:crypto";

const DAY = [{ from: "09:00", to: "18:00" }];
const SETTINGS = {
  mode: "evenly", queue_time: 60, check_availability: true, limit: 0, counting: "not_replied", everyone_respects_limit: true,
  own_days: 0, own_time: 60, reopen_window: 0, transfer_must_accept: false, priority: 0,
  hours_on: false, time_zone: "", week: [DAY, DAY, DAY, DAY, DAY, [], []], exceptions: [],
  off_hours: "offer", off_hours_when_available: true,
  off_hours_text: { ru: "Спасибо за сообщение! Сейчас операторов нет на месте, но мы его получили и обязательно ответим.", en: "Thank you for your message! Nobody is here right now, but we have received it and will answer." },
  greeting: { ru: "Здравствуйте! Спасибо, что написали нам.", en: "Hello! Thank you for writing to us." }, greeting_each: false,
  no_answer_time: 180, no_answer_action: "none", no_answer_text: {}, no_answer_stops_on: "reply",
  close_text: {}, full_close_delay: 600, auto_close_time: 14_400, auto_close_text: {}, escalate_after: 0,
  rating: "like", rating_question: {}, rating_thanks_good: {}, rating_thanks_bad: {}, rating_question_2: {}, rating_thanks_good_2: {}, rating_thanks_bad_2: {},
  rating_limit: 0, rating_before_finish: true, close_after_rating: false,
  kpi_first: 60, kpi_further: 0, kpi_clock: "calendar", kpi_from: "responsible", bot_id: 0, bot_when: "always", bot_time: 600, consent_text: {}, consent_url: "",
};

const words = (ru, en) => ({ ru, en });
const field = (name, type, label, help, more = {}) => ({ name, type, label, help, required: false, default: "", choices: [], pattern: "", group: "", generated: false, limit: 2000, ...more });

const FORMS = {
  website: {
    order: 10,
    guide: [words("Скопируйте строку кода и вставьте её перед </body> на каждой странице сайта.", "Copy the line of code and paste it before </body> on every page of the site."), words("Нет сайта? У чата есть своя страница: дайте её адрес клиентам.", "No site? The chat has a page of its own: give customers its address.")],
    fields: [
      field("accent", "color", words("Цвет", "Colour"), words("Кнопка, заголовок и слова клиента.", "The button, the header and the customer's words."), { default: "#2563eb", group: "look" }),
      field("position", "choice", words("Место на странице", "Place on the page"), words("Нижний угол, в котором стоит кнопка.", "The lower corner in which the button stands."), { default: "right", choices: [["right", words("Справа", "Right")], ["left", words("Слева", "Left")]], group: "look" }),
      field("greeting_ru", "text", words("Слова над кнопкой, по-русски", "Words above the button, in Russian"), words("Пусто: ничего не появляется.", "Empty: nothing appears."), { group: "look", limit: 140 }),
      field("greeting_en", "text", words("Слова над кнопкой, по-английски", "Words above the button, in English"), words("Посетителям, у которых браузер не на русском.", "For visitors whose browser is not in Russian."), { group: "look", limit: 140 }),
      field("ask_contact", "choice", words("Имя и почта", "Name and e-mail"), words("Спросить после первых слов; отвечать не обязательно.", "Ask after the first words; the visitor may skip it."), { default: "optional", choices: [["none", words("Не спрашивать", "Do not ask")], ["optional", words("Спросить", "Ask")]] }),
      field("only_in_hours", "flag", words("Показывать только в рабочие часы", "Show only in working hours"), words("В остальное время чата на сайте нет.", "At other times there is no chat on the site."), { default: false, group: "hours" }),
      field("hours", "schedule", words("Рабочие часы чата", "Working hours of the chat"), words("Часовой пояс не выбран: пояс портала.", "Without a time zone of its own, the portal's is used."), { default: { time_zone: "", week: SETTINGS.week, exceptions: [] }, group: "hours" }),
      field("allowed_origins", "list", words("Адреса сайтов", "Addresses of sites"), words("Где чат может стоять. Пусто: где угодно.", "Where the chat may stand. Empty: anywhere."), { default: [], pattern: "https?://\\S+", limit: 100, group: "safety" }),
      field("identity_key", "secret", words("Ключ подписи клиентов", "Key that signs customers"), words("Держите его на сервере.", "Keep it on the server."), { generated: true, group: "safety" }),
    ],
  },
  telegram: {
    order: 20,
    guide: [words("Откройте @BotFather в Telegram, отправьте /newbot и придумайте имя.", "Open @BotFather in Telegram, send /newbot and choose a name."), words("Скопируйте токен из его ответа (вида 123456789:AA…) и вставьте сюда.", "Copy the token from its answer (like 123456789:AA…) and paste it here."), words("Больше ничего: мы подключимся сами.", "That is all: we connect by ourselves.")],
    fields: [
      field("token", "secret", words("Токен бота", "Bot token"), words("Его выдаёт @BotFather. Один бот подключается к одному каналу.", "@BotFather gives it. One bot is connected to one channel."), { required: true, pattern: "[1-9][0-9]{4,19}:[A-Za-z0-9_-]{30,59}", limit: 80 }),
      field("base_url", "url", words("Адрес Bot API", "Address of the Bot API"), words("Менять только для своего сервера Bot API.", "Change it only for a Bot API server of your own."), { default: "https://api.telegram.org", group: "advanced" }),
    ],
  },
};

const EMAILS = ["anna", "boris", "vera", "gleb", "daria", "oliver", "timur", "christina"];

export function routes(portal) {
  let next = 1_000;
  const id = () => (next += 1);
  const refuse = (status, code, detail, more = {}) => {
    throw Object.assign(new Error(code), { problem: { status, code, title: detail, detail, ...more } });
  };
  const find = (list, wanted) => list.find((one) => one.id === Number(wanted)) ?? refuse(404, "not_found", "Здесь ничего нет, или это вам не видно.");
  const fault = (path, message, code = "bad_value") => refuse(422, "invalid", "Некоторые значения нельзя сохранить.", { fields: { [path]: { code, message } } });
  const seen = (thing, version) => {
    if (version !== undefined && version !== thing.version) refuse(409, "changed", "Это тем временем изменили. Посмотрите ещё раз и сохраните.");
  };

  if (process.env.MOCK_SETUP) portal.portal = { ...portal.portal, setup_needed: true };
  if (process.env.MOCK_INSECURE) portal.portal = { ...portal.portal, insecure: true };
  portal.users.forEach((user, index) => Object.assign(user, { version: 1, email: `${EMAILS[index]}@delta.example` }));
  portal.departments.forEach((one) => (one.version = 1));
  portal.departments.push({ id: 4, name: "Вечерняя смена", parent_id: 1, head_id: 4, member_ids: [4, 5], version: 1 });
  portal.lines.forEach((line) => {
    line.version = 1;
    line.settings = { ...structuredClone(SETTINGS), mode: line.mode, queue_time: line.queue_time };
  });
  Object.assign(portal.lines[0].settings, { limit: 5, hours_on: true, time_zone: "Europe/Moscow", exceptions: [{ date: "2026-12-31", until: "2027-01-08", intervals: [], name: "Новый год" }] });
  const queues = new Map([[1, [{ user_id: 1 }, { user_id: 2 }, { user_id: 4 }, { department_id: 4 }]], [2, [{ department_id: 2 }]], [3, [{ department_id: 3 }]]]);
  portal.channels.forEach((channel) => Object.assign(channel, { version: 1, key: randomBytes(6).toString("hex"), settings: {}, secrets: channel.kind === "telegram" ? ["token"] : [] }));

  const kinds = () => portal.kinds.map((kind, index) => ({ order: 100 + index, guide: [], fields: [], ...kind, ...FORMS[kind.kind] }));
  const brief = (channel) => {
    const host = "http://127.0.0.1:18350";
    const web = channel.kind === "website" ? { snippet: `<script async src="${host}/widget.js" data-key="${channel.key}"></script>`, page_url: `${host}/chat/${channel.key}`, try_url: `${host}/try/${channel.id}` } : {};
    return { ...channel, ...web };
  };
  const people = (member) => (member.user_id ? [member.user_id] : (portal.departments.find((one) => one.id === member.department_id)?.member_ids ?? []));
  const queue = (line) =>
    (queues.get(line.id) ?? []).map((member, position) => ({
      ...member,
      position,
      people: people(member).map((user_id) => {
        const user = portal.users.find((one) => one.id === user_id);
        return { user_id, available: user.available, ...(user.unavailable ? { unavailable: user.unavailable } : {}), counted: user_id === 2 ? 5 : user_id % 4, limit: line.settings.limit };
      }),
    }));
  const settle = (line, patch) => {
    for (const [name, value] of Object.entries(patch)) {
      if (name === "queue_time" && (value < 60 || value > 43_200)) fault("settings.queue_time", "От 60 до 43200.", "out_of_range");
      if (value && typeof value === "object" && JSON.stringify(value).includes("{имя}")) fault(`settings.${name}.ru`, "Такой подстановки нет: {имя}.", "unknown_placeholder");
    }
    Object.assign(line.settings, patch);
    Object.assign(line, { mode: line.settings.mode, queue_time: line.settings.queue_time });
  };
  const changed = (line) => {
    line.version += 1;
    portal.emit({ lines: [line], stale: [`line:${line.id}`] });
    return line;
  };
  const tokens = [{ id: 1, name: "Выгрузка на склад", hint: "k3Qf", scopes: ["read"], created_at: "2026-09-02T10:00:00.000Z", used_at: "2026-11-20T08:12:00.000Z" }];
  const sessions = [
    { id: 1, current: true, created_at: "2026-11-22T07:00:00.000Z", seen_at: new Date().toISOString(), address: "10.0.0.7", agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36" },
    { id: 2, created_at: "2026-11-12T07:00:00.000Z", seen_at: "2026-11-21T19:40:00.000Z", address: "10.0.0.19", agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) AppleWebKit/605.1 Version/19.0 Safari/604.1" },
  ];

  return [
    ["POST", "/setup", (_, body) => {
      if (body.token !== "one-time") refuse(403, "bad_setup_token", "Ссылка уже использована или неверна. Новую сервер печатает при запуске.");
      if (body.password === "password123") fault("password", "Этот пароль подбирают одним из первых. Выберите другой.", "password_common");
      portal.portal = { ...portal.portal, name: body.portal_name, language: body.language, setup_needed: undefined };
      Object.assign(portal.me, { name: body.name, email: body.email, language: body.language, time_zone: body.time_zone });
      const channel = brief(portal.channels[1]);
      return { me: portal.me, line_id: 1, channel_id: channel.id, snippet: channel.snippet, try_url: channel.try_url };
    }],
    ["POST", "/me/password", (_, body) => void (body.current === "wrong" && fault("current", "Нынешний пароль не подходит.", "wrong_password"))],
    ["GET", "/lines", () => ({ items: portal.lines, next: null })],
    ["POST", "/lines", (_, body) => {
      const line = { id: id(), version: 1, name: body.name, active: true, member: true, mode: "evenly", queue_time: 60, settings: structuredClone(SETTINGS) };
      portal.lines.push(line);
      queues.set(line.id, [{ user_id: 1 }]);
      return line;
    }],
    ["GET", "/lines/{}", ([wanted]) => find(portal.lines, wanted)],
    ["PATCH", "/lines/{}", ([wanted], body) => {
      const line = find(portal.lines, wanted);
      seen(line, body.version);
      if (body.settings) settle(line, body.settings);
      if (body.name !== undefined) line.name = body.name;
      if (body.active !== undefined) line.active = body.active;
      return changed(line);
    }],
    ["DELETE", "/lines/{}", ([wanted]) => {
      if (portal.channels.some((one) => one.line_id === Number(wanted))) refuse(409, "line_has_channels", "У линии есть каналы. Отключите их или выключите линию.");
      portal.lines.splice(portal.lines.indexOf(find(portal.lines, wanted)), 1);
    }],
    ["POST", "/lines/{}/copy", ([wanted]) => {
      const line = { ...structuredClone(find(portal.lines, wanted)), id: id(), version: 1 };
      line.name += " (2)";
      portal.lines.push(line);
      queues.set(line.id, structuredClone(queues.get(Number(wanted)) ?? []));
      return line;
    }],
    ["GET", "/lines/{}/queue", ([wanted]) => queue(find(portal.lines, wanted))],
    ["PUT", "/lines/{}/queue", ([wanted], body) => {
      const line = find(portal.lines, wanted);
      seen(line, body.version);
      queues.set(line.id, body.members);
      changed(line);
      return queue(line);
    }],
    ["POST", "/mock/rival/{}", ([wanted], body) => {
      const line = find(portal.lines, wanted);
      settle(line, body.settings ?? { queue_time: 600 });
      return changed(line);
    }],
    ["GET", "/channel-kinds", kinds],
    ["GET", "/channels", () => ({ items: portal.channels.map(brief), next: null })],
    ["POST", "/channels", (_, body) => {
      if (portal.channels.some((one) => one.kind === body.kind && one.line_id === body.line_id)) refuse(409, "kind_taken", "В этой линии такой канал уже есть. Создайте другую линию.");
      if (body.kind === "telegram" && !/^[1-9]\d{4,19}:[\w-]{30,59}$/.test(body.secrets.token)) fault("token", "Похоже на опечатку.", "bad_pattern");
      const channel = { id: id(), version: 1, active: true, state: body.kind === "website" ? "ok" : "new", key: randomBytes(6).toString("hex"), ...body, secrets: Object.keys(body.secrets) };
      portal.channels.push(channel);
      return brief(channel);
    }],
    ["GET", "/channels/{}", ([wanted]) => brief(find(portal.channels, wanted))],
    ["PATCH", "/channels/{}", ([wanted], body) => {
      const channel = find(portal.channels, wanted);
      seen(channel, body.version);
      const bad = (body.settings?.allowed_origins ?? []).findIndex((one) => !/^https?:\/\/\S+$/.test(one));
      if (bad >= 0) fault(`allowed_origins.${bad}`, "Похоже на опечатку.", "bad_pattern");
      const { settings, secrets, version, ...rest } = body;
      Object.assign(channel, rest, { version: version + 1, settings: { ...channel.settings, ...settings } });
      if (secrets) channel.secrets = [...new Set([...channel.secrets, ...Object.keys(secrets)])];
      return brief(channel);
    }],
    ["DELETE", "/channels/{}", ([wanted]) => void portal.channels.splice(portal.channels.indexOf(find(portal.channels, wanted)), 1)],
    ["POST", "/channels/{}/secrets", (_, body) => ({ name: body.name, value: randomBytes(24).toString("base64url") })],
    ["POST", "/channels/{}/check", async ([wanted]) => {
      const channel = find(portal.channels, wanted);
      await new Promise((resolve) => setTimeout(resolve, 500));
      if (channel.state === "broken") return { ok: false, text: "Ключ доступа отозван.", what_to_do: "Выдайте новый в настройках сообщества и вставьте его сюда." };
      Object.assign(channel, { state: "ok" });
      return { ok: true, text: channel.kind === "telegram" ? "Бот @delta_support_bot отвечает, сообщения приходят." : "Всё в порядке." };
    }],
    ["GET", "/users", () => ({ items: portal.users, next: null })],
    ["POST", "/users", (_, body) => {
      if (portal.users.some((one) => one.email === body.email)) fault("email", "Человек с такой почтой уже есть.", "email_taken");
      const user = { id: id(), version: 1, active: true, presence: "offline", unavailable: "offline", name: body.name, email: body.email, role: body.role };
      portal.users.push(user);
      for (const one of portal.departments) if (body.department_ids?.includes(one.id)) one.member_ids.push(user.id);
      return user;
    }],
    ["PATCH", "/users/{}", ([wanted], body) => {
      const user = find(portal.users, wanted);
      seen(user, body.version);
      const { department_ids, ...rest } = body;
      delete rest.password;
      Object.assign(user, rest, { version: user.version + 1 });
      if (rest.active === false) Object.assign(user, { available: false, unavailable: "inactive" });
      if (department_ids) for (const one of portal.departments) {
        one.member_ids = (one.member_ids ?? []).filter((member) => member !== user.id).concat(department_ids.includes(one.id) ? [user.id] : []);
      }
      return user;
    }],
    ["GET", "/departments", () => portal.departments],
    ["POST", "/departments", (_, body) => {
      const one = { id: id(), version: 1, ...body };
      portal.departments.push(one);
      return one;
    }],
    ["PATCH", "/departments/{}", ([wanted], body) => {
      const one = find(portal.departments, wanted);
      seen(one, body.version);
      return Object.assign(one, body, { version: one.version + 1 });
    }],
    ["DELETE", "/departments/{}", ([wanted]) => void portal.departments.splice(portal.departments.indexOf(find(portal.departments, wanted)), 1)],
    ["GET", "/sessions", () => ({ items: sessions, next: null })],
    ["DELETE", "/sessions/{}", ([wanted]) => void sessions.splice(sessions.indexOf(find(sessions, wanted)), 1)],
    ["GET", "/tokens", () => ({ items: tokens, next: null })],
    ["POST", "/tokens", (_, body) => {
      const token = `olt_${randomBytes(24).toString("base64url")}`;
      tokens.push({ id: id(), ...body, hint: token.slice(-4), created_at: new Date().toISOString() });
      return { ...tokens.at(-1), token };
    }],
    ["DELETE", "/tokens/{}", ([wanted]) => void tokens.splice(tokens.indexOf(find(tokens, wanted)), 1)],
  ];
}
