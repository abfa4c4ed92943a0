/** The endpoints that the settings use, with answers brought into one shape. */
import { useApi } from "@/app/api";
import type { Me, Portal } from "@openlines/client";

import { settingsWithDefaults } from "./logic/defaults";
import type {
  ApiToken,
  Aside,
  AsideWhole,
  Channel,
  CheckResult,
  Department,
  Language,
  Line,
  LineSettings,
  LoginSession,
  Looks,
  Manifest,
  OperatorFace,
  Page,
  Person,
  PortalSettings,
  QueueEntry,
  QueueMember,
  Role,
  Texts,
} from "./types";

const { rest } = useApi();

/** A list may come as pages; the settings show whole lists (lines, users: at most some hundreds). */
async function whole<T>(path: string, query: Record<string, string | number | boolean | undefined> = {}): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await rest.get<Page<T> | T[]>(path, { query: { ...query, cursor, limit: 200 } });
    if (Array.isArray(page)) return page;
    items.push(...(page.items ?? []));
    cursor = page.next ?? undefined;
  } while (cursor);
  return items;
}

/** Fields that the server leaves out because they are at their default. */
function completeLine(line: Line): Line {
  return { ...line, active: line.active ?? false, settings: settingsWithDefaults(line.settings) };
}

function completeChannel(channel: Channel): Channel {
  return {
    ...channel,
    active: channel.active ?? false,
    state: channel.state ?? "new",
    settings: channel.settings ?? {},
  };
}

/** A text of a line's settings under work, by the name of its setting. */
export interface TextDraft {
  name: string;
  texts: Texts;
  buttons: { action: string; caption: Texts }[];
  rating: LineSettings["rating"];
  consent_kind: LineSettings["consent_kind"];
  consent_url: string;
}

/** One text on one channel in one language; without bubbles nothing is sent. */
export interface ShownText {
  language: Language;
  kind: string;
  channel_id?: number | null;
  channel?: string;
  bubbles: { text: string; buttons?: string[][] }[];
  /** The chat draws its own buttons for this scale. */
  rating?: "like" | "stars" | "";
  length?: number;
  limit?: number;
  unit?: string;
  /** Placeholders that have no value when the text is said. */
  empty?: string[];
}

export interface SetupAnswers {
  token: string;
  portal_name: string;
  name: string;
  email: string;
  password: string;
  language: Language;
  time_zone: string;
}

export interface SetupResult {
  me: Me;
  line_id: number;
  channel_id: number;
  snippet: string;
  try_url: string;
}

export interface LinePatch {
  version: number;
  name?: string;
  active?: boolean;
  members?: QueueMember[];
  settings?: Partial<LineSettings>;
  faces?: OperatorFace[];
  looks?: Looks;
}

export interface ChannelPatch {
  version: number;
  name?: string;
  active?: boolean;
  line_id?: number;
  settings?: Record<string, unknown>;
  secrets?: Record<string, string>;
}

export interface UserChanges {
  name?: string;
  email?: string;
  password?: string;
  role?: Role;
  department_ids?: number[];
  active?: boolean;
}

export type DepartmentChanges = Partial<Pick<Department, "name" | "parent_id" | "head_id" | "member_ids">>;

export const settingsApi = {
  portal: () => rest.get<Portal>("/portal"),
  portalSettings: () => rest.get<PortalSettings>("/portal/settings"),
  patchPortal: (changes: Partial<PortalSettings>) => rest.patch<PortalSettings>("/portal/settings", changes),
  setup: (answers: SetupAnswers) => rest.post<SetupResult>("/setup", answers),

  lines: async () => (await whole<Line>("/lines")).map((line) => ({ ...line, active: line.active ?? false })),
  line: async (id: number) => completeLine(await rest.get<Line>(`/lines/${id}`)),
  createLine: async (name: string) => completeLine(await rest.post<Line>("/lines", { name })),
  copyLine: async (id: number, name: string, chats: boolean) =>
    completeLine(await rest.post<Line>(`/lines/${id}/copy`, { name, chats })),
  patchLine: async (id: number, patch: LinePatch) => completeLine(await rest.patch<Line>(`/lines/${id}`, patch)),
  deleteLine: (id: number) => rest.delete(`/lines/${id}`),
  queue: async (id: number) => (await rest.get<Page<QueueEntry>>(`/lines/${id}/queue`)).items,
  putQueue: async (id: number, version: number, members: QueueMember[]) =>
    (await rest.put<Page<QueueEntry>>(`/lines/${id}/queue`, { version, members })).items,

  kinds: async () => (await rest.get<Page<Manifest>>("/channel-kinds")).items,
  channels: async () => (await whole<Channel>("/channels")).map(completeChannel),
  channel: async (id: number) => completeChannel(await rest.get<Channel>(`/channels/${id}`)),
  createChannel: async (
    given: Pick<Channel, "line_id" | "kind" | "name" | "settings"> & { secrets: Record<string, string> },
  ) => completeChannel(await rest.post<Channel>("/channels", given)),
  patchChannel: async (id: number, patch: ChannelPatch) =>
    completeChannel(await rest.patch<Channel>(`/channels/${id}`, patch)),
  /** A secret of the server's own making, made anew; its value is in this answer and nowhere else. */
  newSecret: (id: number, name: string) =>
    rest.post<{ name: string; value: string }>(`/channels/${id}/secrets`, { name }),
  deleteChannel: (id: number) => rest.delete(`/channels/${id}`),
  checkChannel: (id: number) => rest.post<CheckResult>(`/channels/${id}/check`, {}),

  /** How a text looks on each channel of the line; nothing is saved. */
  previews: async (lineId: number, draft: TextDraft) =>
    (await rest.post<{ items: ShownText[] }>(`/lines/${lineId}/previews`, draft)).items,

  users: async () => (await whole<Person>("/users")).map((user) => ({ ...user, active: user.active ?? false })),
  createUser: (given: UserChanges) => rest.post<Person>("/users", given),
  patchUser: (id: number, version: number | undefined, changes: UserChanges) =>
    rest.patch<Person>(`/users/${id}`, { version, ...changes }),

  departments: () => whole<Department>("/departments"),
  createDepartment: (given: DepartmentChanges) => rest.post<Department>("/departments", given),
  patchDepartment: (id: number, version: number | undefined, changes: DepartmentChanges) =>
    rest.patch<Department>(`/departments/${id}`, { version, ...changes }),
  deleteDepartment: (id: number) => rest.delete(`/departments/${id}`),

  aside: (cursor?: string) =>
    rest.get<Page<Aside> & { total: number }>("/quarantine", { query: { cursor, limit: 50 } }),
  asideWhole: (id: number) => rest.get<AsideWhole>(`/quarantine/${id}`),
  replay: (ids: readonly number[]) => rest.post<{ count: number }>("/quarantine/replay", { ids }),

  me: () => rest.get<Me>("/me"),
  patchMe: (changes: { name?: string; language?: Language; time_zone?: string }) => rest.patch<Me>("/me", changes),
  password: (current: string, next: string) => rest.post("/me/password", { current, new: next }),
  sessions: () => whole<LoginSession>("/sessions"),
  endSession: (id: number | string) => rest.delete(`/sessions/${id}`),
  tokens: () => whole<ApiToken>("/tokens"),
  createToken: (name: string, scopes: string[]) => rest.post<ApiToken>("/tokens", { name, scopes }),
  deleteToken: (id: number | string) => rest.delete(`/tokens/${id}`),
};
