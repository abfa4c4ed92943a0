/** The chat: puts its parts together and listens to the server, the loader and the browser. */

import type { Details, Page, ToFrame } from "../protocol";
import { type Host, meetHost } from "./host";
import { lookOf } from "./look";
import type { Config, Conversation, FromServer, Place, SessionAnswer } from "./model/types";
import { jitter } from "./net/backoff";
import { Line, type Socket } from "./net/line";
import { Problem, request } from "./net/rest";
import { Reading } from "./reading";
import { looking, type State, Store } from "./state";
import type { Keeper } from "./storage";
import { Visitor } from "./visitor";
import { learn, speak } from "./words";
import { Writing } from "./writing";

const BLINK = 2000;
const CONFIG_LASTS = 60_000;
const LONGEST_TIMER = 2 ** 31 - 1;

export interface Given {
  key: string;
  /** Asked for by the site or chosen before; empty: the browser's. */
  language: string;
  keeper: Keeper;
}

export class Chat {
  readonly store: Store;
  readonly reading: Reading;
  readonly writing: Writing;
  readonly keeper: Keeper;
  private readonly host: Host;
  readonly visitor: Visitor;
  private readonly line: Line;
  private readonly base: string;
  private language: string;
  private page: Page = { url: location.href, title: document.title, referrer: document.referrer };
  /** What an administrator is changing, laid over the settings as they are. */
  private draft: Partial<Config> = {};
  private configAt = 0;
  private configMisses = 0;
  private arrivalMisses = 0;
  private polls = 0;
  private readonly timers: Partial<Record<"moved" | "trouble" | "config" | "arrival", ReturnType<typeof setTimeout>>> = {};

  constructor({ key, language, keeper }: Given) {
    this.base = `/api/v1/widget/${encodeURIComponent(key)}`;
    this.keeper = keeper;
    this.language = language;
    this.host = meetHost((message) => this.obey(message));
    this.store = new Store(this.blank());
    const { store, host, base } = this;
    this.visitor = new Visitor({
      keeper,
      base,
      language: () => this.speaking(),
      page: () => this.page,
      arrived: (answer, other) => this.arrived(answer, other),
    });
    const { visitor } = this;
    const line = () => this.line;
    this.reading = new Reading({ store, keeper, host, visitor, base, line, outbox: () => this.writing.outbox });
    this.writing = new Writing({ store, keeper, visitor, base, line, reading: this.reading });
    this.line = new Line({
      socket: () => new WebSocket(`${location.origin.replace(/^http/, "ws")}${base}/socket`) as Socket,
      hello: () => ({ type: "hello", token: visitor.hello, after: this.reading.cursor }),
      heard: (frame) => this.heard(frame),
      signedOut: () => this.signedOut(),
      changed: () => this.lineChanged(),
      // Now and then the rest as well: who answers, and what was changed.
      poll: () => (++this.polls % 5 ? this.reading.poll() : this.visitor.arrive()),
      period: () => (looking(this.state) ? 3000 : 20_000),
    });
  }

  get state(): State {
    return this.store.state;
  }

  start(): void {
    this.showLook();
    this.writing.restore();
    void this.loadConfig();
    if (this.visitor.known) this.comeBack();
    this.listen();
  }

  close(): void {
    this.host.say({ type: "close" });
  }

  toggleSound(): void {
    this.keeper.set("sound", !this.state.sound);
    this.store.set({ sound: !this.state.sound });
  }

  dismissNotice(): void {
    this.store.set({ notice: "" });
  }

  private blank(): State {
    const config = this.keeper.get<Config>("config");
    const { embedded } = this.host;
    return {
      speech: speak(this.language || config?.language || navigator.language, config?.texts),
      config,
      fresh: false,
      gone: false,
      embedded,
      open: !embedded,
      focus: 0,
      full: !embedded,
      line: "off",
      trouble: false,
      offline: !navigator.onLine,
      messages: [],
      more: false,
      earlier: "idle",
      outbox: [],
      uploads: [],
      armed: false,
      readByStaff: 0,
      readSeq: 0,
      sound: this.keeper.get<boolean>("sound") ?? config?.sound ?? true,
      name: "",
      email: "",
      contact: "hidden",
      contactAfter: "",
      asks: {},
      ratings: {},
      pressed: {},
      notice: "",
      spoken: "",
    };
  }

  private speaking(): string {
    return this.language || this.state.config?.language || navigator.language;
  }

  // ------------------------------------------------------------ the loader

  /** What the loader says. */
  obey(message: ToFrame): void {
    if (message.type === "start") {
      this.page = message.page;
      this.show(message.open, message.full);
      this.showLook();
    } else if (message.type === "open") {
      this.show(true, this.state.full);
      if (message.focus) this.store.set({ focus: this.state.focus + 1 });
    } else if (message.type === "close") this.show(false, this.state.full);
    else if (message.type === "full") this.show(this.state.open, message.full);
    else if (message.type === "page") this.moved(message.page);
    else if (message.type === "language") this.speakIn(message.language);
    else if (message.type === "identify") void this.identify(message.jwt);
    else this.described(told(message.details));
  }

  private show(open: boolean, full: boolean): void {
    this.store.set({ open, full });
    if (open && this.configAt && Date.now() - this.configAt > CONFIG_LASTS) void this.loadConfig();
    this.tune();
    this.reading.look();
  }

  /** A site that changes pages without loading them: operators see where the visitor is. */
  private moved(page: Page): void {
    const elsewhere = page.url !== this.page.url;
    this.page = page;
    if (elsewhere && this.state.config?.pages) this.showLook();
    if (!elsewhere || !this.visitor.active || !this.state.messages.length) return;
    clearTimeout(this.timers.moved);
    this.timers.moved = setTimeout(() => void this.visitor.arrive().catch(() => undefined), BLINK);
  }

  private speakIn(language: string): void {
    this.language = language;
    this.keeper.set("language", language);
    void this.loadConfig();
  }

  /** The site says who this is; operators are shown it as the site's word. */
  private described(details: Details): void {
    const { name = this.state.name, email = this.state.email } = details;
    this.store.set({ name, email });
    this.visitor.describe(details).catch(() => undefined);
  }

  private async identify(jwt: string | null): Promise<void> {
    if (jwt === null) {
      this.writing.forget();
      this.becomeNobody();
    }
    await this.visitor.identify(jwt).catch(() => undefined);
  }

  // ------------------------------------------------------------ the server

  private async loadConfig(): Promise<void> {
    clearTimeout(this.timers.config);
    const language = this.speaking();
    try {
      const config = await request<Config>(`${this.base}/config?lang=${encodeURIComponent(language)}`, { language });
      const { hours } = config;
      if (hours?.changes_in) hours.until = Date.now() + hours.changes_in * 1000;
      await learn(config.language || language);
      this.configAt = Date.now();
      this.configMisses = 0;
      this.keeper.set("config", config);
      this.take(config, language);
      this.watchHours(config);
      this.tune();
    } catch (problem) {
      if (problem instanceof Problem && !problem.passing) this.channelGone();
      else this.loadConfigIn(jitter(this.configMisses++, Math.random()));
    }
  }

  private take(given: Config, language: string): void {
    const config = { ...given, ...this.draft };
    const sound = this.keeper.get<boolean>("sound") ?? config.sound ?? true;
    this.store.set({ config, sound, fresh: true, gone: false, speech: speak(config.language || language, config.texts) });
    this.showLook();
  }

  private loadConfigIn(wait: number): void {
    this.timers.config = setTimeout(() => void this.loadConfig(), Math.min(wait, LONGEST_TIMER));
  }

  /** There is no such channel (any more), or it is not for this site: nothing to show, and nothing to remember. */
  private channelGone(): void {
    const config = this.state.config ?? { name: "", language: "" };
    this.keeper.remove("config");
    this.store.set({ fresh: false, gone: true, config: { ...config, hours: { shown: false } } });
    this.showLook();
  }

  private showLook(): void {
    const { config, speech, messages } = this.state;
    if (!config) return;
    const met = messages.length > 0;
    const look = lookOf(config, speech, met);
    const say = () => this.host.say({ type: "look", look });
    if (config.pages) void import("./pages").then(({ onPage }) => onPage(look, config, this.page.url, met, this.keeper)).then(say);
    else say();
  }

  /** Look again when the hours change, so that the chat goes and comes back by itself. */
  private watchHours({ hours }: Config): void {
    if (hours?.changes_in) this.loadConfigIn(hours.changes_in * 1000 + Math.random() * 3000);
  }

  /** Who was here before is known again at once: there may be an answer for him. */
  private comeBack(): void {
    clearTimeout(this.timers.arrival);
    if (this.visitor.active) return;
    this.visitor.arrive().then(
      () => (this.arrivalMisses = 0),
      ({ passing }: Problem) => {
        if (passing) this.timers.arrival = setTimeout(() => this.comeBack(), jitter(this.arrivalMisses++, Math.random()) + 1000);
      },
    );
  }

  private arrived(answer: SessionAnswer, other: boolean): void {
    if (other) this.becomeNobody();
    const { name = this.state.name, email = this.state.email } = answer;
    const { conversation, place, asks = {} } = answer;
    this.store.set({ conversation: conversation ?? undefined, place, name, email, asks });
    if (this.reading.begin(answer)) this.showLook();
    this.tune();
  }

  private becomeNobody(): void {
    this.line.want(false);
    this.reading.forget();
    this.keeper.remove("contact");
    this.store.set({
      conversation: undefined, ended: false, place: undefined, name: "", email: "", contact: "hidden", ratings: {}, pressed: {},
    });
  }

  /** What the server says. */
  heard(frame: FromServer): void {
    if (frame.type === "ready") {
      this.reading.ready(frame.read_by_staff ?? 0);
      this.writing.outbox.nudge();
    } else if (frame.type === "messages") this.reading.hear(frame.items);
    else if (frame.type === "conversation") this.wentOn(frame.conversation ?? undefined);
    else if (frame.type === "place") this.store.set({ place: placeOf(frame) });
    else if (frame.type === "typing") this.reading.showTyping(frame.name ?? "");
    else if (frame.type === "read_by_staff") this.reading.staffRead(frame.seq);
    else if (frame.type === "config") void this.loadConfig();
  }

  private wentOn(conversation: Conversation | undefined): void {
    const { conversation: before, ended } = this.state;
    const open = !!before && before.state !== "closed";
    this.store.set({ conversation, ended: conversation?.state === "closed" && (open || !!ended) });
  }

  /** A line is held by whoever has something to hear: the chat is open, or something was said. */
  private tune(): void {
    const { open, messages, config } = this.state;
    // What he is asked depends on what is known of him.
    if (open && config?.asks) this.visitor.ensure().catch(() => undefined);
    if (this.visitor.active && (open || messages.length > 0)) this.line.want(true);
  }

  private lineChanged(): void {
    const line = this.line.state;
    this.store.set({ line });
    clearTimeout(this.timers.trouble);
    if (line === "connecting") this.timers.trouble = setTimeout(() => this.store.set({ trouble: true }), BLINK);
    else this.store.set({ trouble: false });
    if (line === "polling") this.writing.outbox.nudge();
  }

  private signedOut(): void {
    this.visitor.active = false;
    this.line.want(false);
    this.comeBack();
  }

  // ------------------------------------------------------------ the browser

  private listen(): void {
    document.addEventListener("visibilitychange", () => this.awake());
    addEventListener("pageshow", () => this.awake());
    addEventListener("focus", () => this.reading.look());
    for (const name of ["online", "offline"]) {
      addEventListener(name, () => {
        this.store.set({ offline: !navigator.onLine });
        this.awake();
      });
    }
    this.keeper.changed((name) => this.elsewhere(name));
    // Only a page of ours can say this to our window: the settings, which show the chat as it is being changed.
    addEventListener("openlines-preview", (event) => {
      event.preventDefault();
      this.draft = (event as CustomEvent<Config>).detail;
      const { config } = this.state;
      if (config) this.take(config, this.speaking());
    });
  }

  private awake(): void {
    if (document.hidden || !navigator.onLine) return;
    this.reading.look();
    this.line.nudge();
    this.writing.outbox.nudge();
    if (this.visitor.known) this.comeBack();
    if (this.configMisses) void this.loadConfig();
  }

  /** Another tab of the same visitor did something. */
  private elsewhere(name: string | undefined): void {
    if (name === "read") this.reading.lookedElsewhere();
    else if ((name === "token" || name === undefined) && this.visitor.follow()) {
      this.becomeNobody();
      if (this.visitor.known) this.comeBack();
    }
  }
}

/** Sites give null for what they do not know, and numbers for telephones. */
function told(details: Details): Details {
  const known = Object.entries(details).filter(([, value]) => value !== null);
  return Object.fromEntries(known.map(([name, value]) => [name, name === "data" ? value : `${value}`]));
}

function placeOf({ place, wait }: Partial<Place>): Place | undefined {
  return place ? { place, ...(wait !== undefined && { wait }) } : undefined;
}
