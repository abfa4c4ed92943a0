/**
 * A make-believe portal in memory for working on the pages without a server. It answers with the API's shapes and
 * lives a little: customers write, offers run out, deliveries get their ticks. It knows no rules worth the name.
 */
const minute = 60_000;
const iso = (ms) => new Date(ms).toISOString();

const KINDS = [
  kind("website", "Сайт", "Website", "#3b5bdb", { typing_in: true, typing_out: true, delivered: true, read: true, text_limit: 4000 }),
  kind("telegram", "Telegram", "Telegram", "#229ed9", { text_limit: 4096, text_unit: "utf16", typing_out: true, buttons: true, edits: true, deletes: true }),
  kind("whatsapp", "WhatsApp", "WhatsApp", "#1fa855", { text_limit: 4096, delivered: true, read: true, reply_window: 86_400 }),
  kind("vk", "ВКонтакте", "VK", "#0077ff", { text_limit: 4096, read: true }),
  kind("email", "Почта", "E-mail", "#6b7280", { text_limit: 50_000 }),
];

function kind(name, ru, en, color, capabilities) {
  return { kind: name, name: { ru, en }, color, capabilities: { files: true, file_limit: 20_000_000, outgoing: true, ...capabilities } };
}

const PEOPLE = [
  [1, "Анна Кузнецова", "administrator", "online"],
  [2, "Борис Орлов", "operator", "online"],
  [3, "Вера Никитина", "operator", "online"],
  [4, "Глеб Самойлов", "operator", "pause"],
  [5, "Дарья Литвинова", "operator", "offline"],
  [6, "Oliver Grant", "operator", "online"],
  [7, "Тимур Ахметов", "operator", "online"],
  [8, "Christina-Alexandra Papadopoulou-Featherstonehaugh", "operator", "online"],
].map(([id, name, role, presence]) => ({
  id,
  name,
  role,
  active: true,
  presence,
  online: presence !== "offline",
  available: presence === "online",
  ...(presence === "online" ? {} : { unavailable: presence }),
}));

const LINES = [
  { id: 1, name: "Поддержка", active: true, mode: "evenly", queue_time: 60, member: true },
  { id: 2, name: "Оптовые продажи", active: true, mode: "strictly", queue_time: 120, member: true },
  { id: 3, name: "International", active: true, mode: "everyone", queue_time: 90, member: true },
];
const CHANNELS = [
  { id: 1, line_id: 1, kind: "telegram", name: "@delta_support_bot", active: true, state: "ok" },
  { id: 2, line_id: 1, kind: "website", name: "delta.example", active: true, state: "ok" },
  { id: 3, line_id: 2, kind: "whatsapp", name: "+7 900 000-00-00", active: true, state: "ok" },
  { id: 4, line_id: 2, kind: "email", name: "sales@delta.example", active: true, state: "ok" },
  { id: 5, line_id: 3, kind: "website", name: "delta.example/en", active: true, state: "ok" },
  { id: 6, line_id: 1, kind: "vk", name: "Дельта", active: true, state: "broken", state_text: "Ключ доступа отозван: выдайте новый" },
];
const DEPARTMENTS = [
  { id: 1, name: "Поддержка клиентов", head_id: 3, member_ids: [2, 3, 4] },
  { id: 2, name: "Продажи", head_id: 7, member_ids: [5, 7] },
  { id: 3, name: "International", head_id: 6, member_ids: [6, 8] },
];

const NAMES = ["Марина Лебедева", "Игорь Панов", "Olivia Kerr", "Салон «Дельта»", "Анна Вольская", "Гость 7", "Ринат Тагиров", "Егор Сомов", "Lars Andersen", "Наталья Константинопольская-Преображенская", "Денис", "Chen Wei", "Софья Ким", "Пётр Великанов"];
const WORDS = [
  "Здравствуйте! Заказ 48213 не пришёл в пункт выдачи, хотя срок был вчера",
  "А если оплатить картой другого банка?",
  "Do you ship to Norway? The page says “Europe”, which is vague.",
  "Re: Счёт на оплату № 1178",
  "Спасибо, жду трек-номер",
  "можно доставку в субботу?",
  "Посмотрите https://delta.example/orders/48213 — там другой адрес",
  "Hi! My invoice 1178 has the wrong address, could you fix it and send it again?",
];
const ANSWERS = ["Добрый день! Смотрю ваш заказ, минуту", "Отправила вам трек-номер, проверьте", "Да, доставка в субботу возможна", "We do: 4–6 days, €9.", "Передала вопрос на склад"];

export class Portal {
  constructor({ many = 0 } = {}) {
    this.epoch = `mock-${Date.now()}`;
    this.cursor = 1;
    this.nextId = 100_000;
    this.listeners = new Set();
    this.portal = { name: "Дельта", language: "ru", version: "0.1.0" };
    this.kinds = KINDS;
    this.users = structuredClone(PEOPLE);
    this.lines = structuredClone(LINES);
    this.channels = structuredClone(CHANNELS);
    this.departments = structuredClone(DEPARTMENTS);
    this.me = { ...this.users[0], email: "anna@delta.example", language: "ru", time_zone: "Europe/Moscow", rights: {} };
    this.conversations = new Map();
    this.customers = new Map();
    this.threads = new Map();
    this.files = new Map();
    this.said = new Map();
    this.seed();
    for (let index = 0; index < many; index += 1) this.bulk(index);
  }

  emit(changes) {
    this.cursor += 1;
    for (const listener of this.listeners) listener({ type: "changes", cursor: this.cursor, ...changes });
  }

  tell(frame) {
    for (const listener of this.listeners) listener(frame);
  }

  seed() {
    const now = Date.now();
    const offered = { state: "offered", offered_to: 1, offer: "queue", offer_ends_at: iso(now + 55_000), waiting_since: iso(now - 47_000), target_at: iso(now + 13_000), unread: 2 };
    const mine = { state: "active", operator_id: 1 };
    const first = this.open(0, 1, { ...offered });
    this.richThread(first, now);
    this.open(1, 2, { ...mine, awaiting: "operator", waiting_since: iso(now - 250_000), target_at: iso(now - 10_000), unread: 1, last: words(1, now - 250_000) });
    this.open(2, 5, { ...mine, awaiting: "operator", waiting_since: iso(now - 62_000), target_at: iso(now + 20_000), last: words(2, now - 62_000) });
    this.open(3, 4, { ...mine, awaiting: "operator", waiting_since: iso(now - 12 * minute), last: words(3, now - 12 * minute), pinned: true });
    this.open(4, 6, { ...mine, awaiting: "customer", last: answer(1, now - 25 * minute) });
    this.open(5, 2, { ...mine, awaiting: "customer", last: answer(2, now - 39 * minute) });
    this.open(6, 3, { ...mine, awaiting: "customer", last: answer(4, now - 67 * minute) });
    this.open(9, 3, { ...mine, awaiting: "customer", snoozed_until: iso(now + 180 * minute), last: answer(0, now - 80 * minute) });
    this.open(7, 1, { ...mine, state: "closing", closes_at: iso(now + 8 * minute), last: words(4, now - 5 * minute) });
    this.open(8, 5, { state: "active", operator_id: 6, awaiting: "operator", listening: true, waiting_since: iso(now - 20_000), last: words(7, now - 20_000) });
    this.open(10, 3, { state: "waiting", waiting_since: iso(now - 95_000), target_at: iso(now - 5_000), unread: 1, last: words(5, now - 95_000) });
    this.open(11, 5, { state: "waiting", waiting_since: iso(now - 15_000), unread: 1, last: words(2, now - 15_000) });
    this.open(12, 2, { state: "offered", offered_to: 2, offer: "queue", offer_ends_at: iso(now + 30_000), waiting_since: iso(now - 30_000), last: words(6, now - 30_000) });
    for (let index = 0; index < 60; index += 1) this.open(index, (index % 6) + 1, { state: "closed", operator_id: (index % 7) + 1, last: answer(index, now - index * 90 * minute), opened_at: iso(now - index * 90 * minute - 30 * minute) });
  }

  bulk(index) {
    const now = Date.now();
    const state = index % 3 ? { state: "waiting" } : { state: "active", operator_id: 1, awaiting: "operator" };
    this.open(index, (index % 6) + 1, { ...state, waiting_since: iso(now - index * 400), unread: index % 4, last: words(index, now - index * 400) }, false);
  }

  open(person, channelId, more, chat = true) {
    const id = this.nextId++;
    const threadId = id + 500_000;
    const name = NAMES[person % NAMES.length];
    const channel = this.channels.find((one) => one.id === channelId);
    const now = Date.now();
    this.customers.set(id, { id, name, email: person % 3 ? `person${person}@example.com` : "", phone: person % 2 ? "" : "+7 900 555-01-23", language: person === 2 ? "en" : "ru", time_zone: person === 2 ? "Europe/Oslo" : "Asia/Yekaterinburg", fields: person ? {} : { "Заказ": "48213", "Тема": "Доставка" }, created_at: iso(now - 600 * 24 * 60 * minute), version: 1 });
    const row = { id, version: 1, thread_id: threadId, line_id: channel.line_id, channel_id: channelId, customer: name, opened_at: iso(now - 10 * minute), last: words(person, now - minute), ...more };
    const thread = { id: threadId, channel_id: channelId, customer_id: id, handle: channel.kind === "telegram" ? `@user${person}` : "", context: channel.kind === "website" ? { page: "https://delta.example/catalog/boots?size=42", title: "Ботинки зимние — Дельта", referrer: "https://search.example/", device: "Chrome · Windows" } : {}, delivered_seq: 0, read_seq: 0, last_seq: 0 };
    this.conversations.set(id, row);
    this.threads.set(threadId, thread);
    this.said.set(threadId, []);
    if (chat) this.chatter(row, person, now);
    return row;
  }

  chatter(row, person, now) {
    const start = Date.parse(row.opened_at);
    for (let index = 0; index < 30 + (person % 5) * 20; index += 1) {
      const ours = index % 3 === 2;
      this.keep(row, { author: ours ? "operator" : "customer", author_id: ours ? (row.operator_id ?? 2) : undefined, text: ours ? ANSWERS[(index + person) % ANSWERS.length] : WORDS[(index * 5 + person) % WORDS.length], at: iso(start - (120 - index) * 37 * minute), ...(ours ? { delivery: { state: "read", at: iso(start) } } : {}) });
    }
    this.keep(row, { author: "system", kind: "fact", fact: { code: "opened", params: {} }, at: iso(start) });
    this.keep(row, { author: row.last.author, ...(row.last.author === "operator" ? { author_id: row.operator_id, delivery: { state: "delivered", at: row.last.at } } : {}), text: row.last.text, at: row.last.at ?? iso(now) });
  }

  /** The conversation of the sketch, with one of everything that a thread can show. */
  richThread(row, now) {
    const at = (seconds) => iso(now - seconds * 1_000);
    const put = (message) => this.keep(row, message);
    put({ author: "customer", text: "Здравствуйте! Заказ 48213 не пришёл в пункт выдачи, хотя срок был вчера", at: at(160) });
    put({ author: "customer", text: "Вот чек", files: [{ id: "pdf1", name: "check-48213.pdf", size: 86_016, type: "application/pdf" }], at: at(155) });
    for (const number of [1, 2, 3]) put({ author: "customer", album: "a1", text: number === 3 ? "и фото коробки" : "", files: [{ id: `img${number}`, name: `photo-${number}.jpg`, size: 245_000, type: "image/png", width: 800 + number * 100, height: 600 }], at: at(150) });
    put({ author: "system", kind: "text", auto: "greeting", text: "Здравствуйте! Мы получили ваш вопрос и скоро ответим.", why: { code: "greeting", params: {} }, at: at(149), delivery: { state: "read", at: at(148) } });
    put({ author: "system", kind: "fact", fact: { code: "timed_out", params: { operator: 2 } }, at: at(100) });
    put({ author: "operator", author_id: 3, kind: "note", text: "Склад подтвердил задержку до 18:00, см. внутренний чат", at: at(90) });
    const question = put({ author: "operator", author_id: 2, text: "Марина, добрый день! Смотрю ваш заказ, минуту", at: at(80), delivery: { state: "read", at: at(79) } });
    put({ author: "operator", author_id: 2, text: "Привезут сегодня до 18:00", at: at(70), delivery: { state: "failed", error: "blocked", text: "Клиент остановил бота: ответ дойдёт, когда он напишет снова", at: at(69) } });
    put({ author: "operator", author_id: 2, text: "Курьер позвонит за час", at: at(68), delivery: { state: "unknown", text: "Связь прервалась во время отправки: дошло ли — неизвестно", at: at(60) } });
    put({ author: "customer", reply_to: question.id, text: "а можно курьером? мой адрес — https://maps.example/?q=55.79,49.12, телефон +7 900 555-01-23", at: at(60), edited_at: at(55), original: [{ text: "а можно курьером?", at: at(60) }] });
    put({ author: "customer", location: { lat: 55.796, lon: 49.106, title: "Казань, Баумана 1" }, at: at(52) });
    put({ author: "customer", contact: { name: "Сосед Пётр", phone: "+7 900 111-22-33" }, at: at(51) });
    put({ author: "customer", sticker: { emoji: "🙏" }, at: at(50) });
    put({ author: "customer", text: "удалю", deleted_at: at(48), at: at(49) });
    put({ author: "customer", unsupported: "poll", at: at(48) });
    put({ author: "system", kind: "fact", fact: { code: "offered", params: { to: 1, offer: "queue", why: { code: "longest_without_new", skipped: [[2, "at_limit"], [4, "pause"]], rest: { offline: 2 } } } }, at: at(47) });
    put({ author: "customer", text: "ау!! <b>вы там?</b> 😀", at: at(47) });
  }

  keep(row, message) {
    const list = this.said.get(row.thread_id);
    const thread = this.threads.get(row.thread_id);
    const seq = (list.at(-1)?.seq ?? 0) + 1;
    const whole = { id: this.nextId++, thread_id: row.thread_id, conversation_id: row.id, seq, kind: "text", ...message };
    list.push(whole);
    thread.last_seq = seq;
    return whole;
  }

  /** Change a row and tell everybody. */
  change(row, changes) {
    Object.assign(row, changes, { version: row.version + 1 });
    for (const [key, value] of Object.entries(changes)) if (value === undefined || value === null || value === false) Reflect.deleteProperty(row, key);
    this.emit({ conversations: [structuredClone(row)], stale: ["all", "closed"] });
    return row;
  }

  say(row, message) {
    const whole = this.keep(row, { at: iso(Date.now()), ...message });
    this.emit({ messages: [whole] });
    return whole;
  }

  fact(row, code, params = {}) {
    return this.say(row, { author: "system", kind: "fact", fact: { code, params } });
  }

  fromCustomer(row, text) {
    const now = iso(Date.now());
    this.say(row, { author: "customer", text });
    this.change(row, { last: { text: text.slice(0, 60), author: "customer", at: now }, unread: (row.unread ?? 0) + 1, waiting_since: row.waiting_since ?? now, ...(row.state === "active" ? { awaiting: "operator" } : {}), ...(row.state === "closing" ? { state: "active", awaiting: "operator", closes_at: undefined } : {}), snoozed_until: undefined });
  }

  details(row) {
    const customer = this.customers.get(row.id);
    const thread = this.threads.get(row.thread_id);
    const mine = row.operator_id === this.me.id;
    const may = row.state === "closed" ? ["start"] : ["reply", "note", "transfer", "finish", "pin", "snooze", "spam", ...(mine ? [] : ["intercept", row.listening ? "leave" : "join"]), ...(row.state === "offered" || row.state === "waiting" ? ["accept"] : []), ...(row.state === "offered" ? ["decline"] : []), ...(row.state === "closing" ? ["undo_finish"] : [])];
    return {
      conversation: row,
      customer,
      thread,
      opened_at: row.opened_at,
      why: { code: "longest_without_new", params: { user_id: row.offered_to ?? row.operator_id ?? 1 } },
      ...(row.offer_ends_at ? { next: { code: "to_next", params: { user_id: 2 }, at: row.offer_ends_at } } : {}),
      ...(row.closes_at ? { next: { code: "closes", params: {}, at: row.closes_at } } : {}),
      skipped: [{ user_id: 4, code: "pause", params: {} }, { user_id: 2, code: "limit", params: { counted: 5, limit: 5 } }],
      listeners: row.listening ? [1] : [],
      earlier: [...this.conversations.values()].filter((one) => one.state === "closed" && one.customer === row.customer && one.id !== row.id).slice(0, 3).map((one, index) => ({ id: one.id, opened_at: one.opened_at, closed_at: one.last.at, line_id: one.line_id, operator_id: one.operator_id, rating: index ? 5 : 1, last: one.last })),
      may,
    };
  }
}

function words(index, at) {
  return { text: WORDS[index % WORDS.length].slice(0, 60), author: "customer", at: iso(at) };
}

function answer(index, at) {
  return { text: ANSWERS[index % ANSWERS.length].slice(0, 60), author: "operator", at: iso(at) };
}

export { iso, WORDS };
