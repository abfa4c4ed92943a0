/** Who is writing: the token that the browser keeps, the session made of it, and requests in its name. */

import type { Details, Page } from "../protocol";
import type { SessionAnswer } from "./model/types";
import { Problem, type Request, request } from "./net/rest";
import { alone, type Keeper } from "./storage";

export interface VisitorOptions {
  keeper: Keeper;
  /** `/api/v1/widget/KEY` */
  base: string;
  language(): string;
  page(): Page;
  /** The server told who this is and what was said so far. `other`: somebody else than before. */
  arrived(answer: SessionAnswer, other: boolean): void;
}

export class Visitor {
  /** Known to the server since this page was loaded. */
  active = false;
  private token: string | undefined;
  private thread: number | undefined;
  private identity: string | undefined;
  private details: Details = {};
  private coming: Promise<void> | undefined;

  constructor(private readonly options: VisitorOptions) {
    this.token = options.keeper.get<string>("token");
  }

  /** Has been here before. */
  get known(): boolean {
    return this.token !== undefined;
  }

  get hello(): string {
    return this.token ?? "";
  }

  /** Be known to the server, once however many ask. */
  ensure(): Promise<void> {
    if (this.active) return Promise.resolve();
    return this.arrive();
  }

  /** Tell the server where the visitor is, and hear again what was said. */
  arrive(): Promise<void> {
    // Two tabs that open at the same time must not become two visitors.
    this.coming ??= alone(`${this.options.base}/session`, () => this.enter()).finally(() => {
      this.coming = undefined;
    });
    return this.coming;
  }

  async call<T>(path: string, given: Request = {}): Promise<T> {
    return this.inName((token) => request<T>(this.options.base + path, { ...given, token, language: this.options.language() }));
  }

  /** Whatever needs his token; one that the server does not know any more is replaced once. */
  async inName<T>(work: (token: string | undefined) => Promise<T>): Promise<T> {
    await this.ensure();
    try {
      return await work(this.token);
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
      this.active = false;
      await this.ensure();
      return work(this.token);
    }
  }

  /** A proof from the site of who this is; null: he signed out, the next words are a stranger's. */
  async identify(jwt: string | null): Promise<void> {
    // Who is on his way in without the proof must be through first.
    await this.coming?.catch(() => undefined);
    this.identity = jwt ?? undefined;
    if (jwt) await this.arrive();
    else this.forget();
  }

  /** What the site or the visitor himself says; kept until there is a session, since it is no reason to begin one. */
  async describe(details: Details): Promise<void> {
    const data = { ...this.details.data, ...details.data };
    this.details = { ...this.details, ...details, ...(Object.keys(data).length && { data }) };
    if (this.active) await this.tell();
  }

  forget(): void {
    this.active = false;
    this.token = this.thread = undefined;
    this.details = {};
    this.options.keeper.remove("token");
  }

  /** Another tab has become somebody else (or nobody). True: so have we. */
  follow(): boolean {
    const token = this.options.keeper.get<string>("token");
    if (token === this.token) return false;
    this.token = token;
    this.active = false;
    return true;
  }

  private async enter(): Promise<void> {
    const { keeper, base, language, page } = this.options;
    this.token = keeper.get<string>("token") ?? this.token;
    const { url, title, referrer } = page();
    const body = {
      ...(this.token && { token: this.token }),
      page: url,
      title,
      referrer,
      language: language(),
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    };
    const answer = await this.introduce(`${base}/session`, body);
    const other =
      (this.thread !== undefined && answer.thread_id !== this.thread) ||
      (this.token !== undefined && answer.token !== this.token);
    this.active = true;
    this.token = answer.token;
    this.thread = answer.thread_id;
    keeper.set("token", answer.token);
    this.options.arrived(answer, other);
    if (Object.keys(this.details).length) void this.tell().catch(() => undefined);
  }

  private async introduce(url: string, body: object): Promise<SessionAnswer> {
    const language = this.options.language();
    const identity = this.identity;
    if (identity) {
      this.identity = undefined; // It lives an hour at the most: said once, the session remembers.
      try {
        return await request<SessionAnswer>(url, { method: "POST", body: { ...body, identity }, language });
      } catch (problem) {
        if (!(problem instanceof Problem) || problem.passing) {
          this.identity = identity;
          throw problem;
        }
        // eslint-disable-next-line no-console -- the only word for whoever signs identities on this site
        console.info(`openlines: the identity was refused. ${problem.message}`);
      }
    }
    return request<SessionAnswer>(url, { method: "POST", body, language });
  }

  private async tell(): Promise<void> {
    const details = this.details;
    const heard = () => {
      if (this.details === details) this.details = {};
    };
    await this.call("/session", { method: "PATCH", body: details }).catch((problem: Problem) => {
      if (problem.passing) throw problem;
      // Refused once is refused for ever, and with it whatever else is told.
      heard();
      // eslint-disable-next-line no-console -- the only word for whoever tells of visitors on this site
      console.info(`openlines: what was told of the visitor was refused. ${problem.message}`);
      throw problem;
    });
    heard();
  }
}
