/** The endpoints of notices on their way: mail, webhooks, what did not arrive, one's own browsers. */
import { useApi } from "@/app/api";

export type MailSecurity = "starttls" | "tls" | "none";

export interface MailSettings {
  host: string;
  port: number;
  security: MailSecurity;
  verify: boolean;
  user: string;
  from_address: string;
  from_name: string;
}

export interface NotifySettings {
  mail: MailSettings & { has_password: boolean };
  private_hooks: boolean;
  version: number;
  unreadable?: boolean;
}

export interface Tried {
  ok: boolean;
  text: string;
  code?: string;
  what_to_do?: string;
  said?: string;
}

export interface Undelivered {
  id: number;
  kind: string;
  medium: "email" | "push" | "webhook";
  state: "failed" | "unknown";
  title: string;
  at: string;
  problem: string;
  to?: string;
  said?: string;
  given_up?: boolean;
}

export interface Outbox {
  items: Undelivered[];
  next: string | null;
  waiting: Record<string, number>;
}

export interface PushBrowser {
  id: number;
  endpoint: string;
  agent?: string;
  created_at: string;
  failed_at?: string;
}

const { rest } = useApi();

export const notifyApi = {
  settings: () => rest.get<NotifySettings>("/notify"),
  change: (patch: {
    version: number;
    mail?: Partial<MailSettings> & { password?: string };
    private_hooks?: boolean;
  }) => rest.patch<NotifySettings>("/notify", patch),
  tryMail: (to: string, mail: Partial<MailSettings> & { password?: string }) =>
    rest.post<Tried>("/notify/mail/test", { to, mail }),
  tryHook: (url: string) => rest.post<Tried>("/notify/hooks/test", { url }),
  newSecret: () => rest.post<{ secret: string }>("/notify/hook-secret", {}),
  outbox: () => rest.get<Outbox>("/notify/outbox"),
  retry: (id: number) => rest.post(`/notify/outbox/${id}/retry`, {}),
  dismiss: (ids: number[]) => rest.post<{ count: number }>("/notify/outbox/dismiss", { ids }),
  browsers: () => rest.get<{ public_key: string; items: PushBrowser[] }>("/me/push"),
  addBrowser: (given: { endpoint: string; p256dh: string; auth: string }) => rest.post<PushBrowser>("/me/push", given),
  dropBrowser: (id: number) => rest.delete(`/me/push/${id}`),
  testPush: () => rest.post<{ count: number }>("/me/push/test", {}),
};
