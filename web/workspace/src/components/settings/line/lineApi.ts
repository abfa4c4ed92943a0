/** What the line's page asks beside saving: what would happen, what was saved before, files. */
import { useApi } from "@/app/api";

import { settingsWithDefaults } from "../logic/defaults";
import type { Language, Line, LineSettings, Looks, OperatorFace, QueueMember } from "../types";

const { rest } = useApi();

export interface ForecastQuestion {
  channel_id?: number;
  /** RFC 3339; without it: now. */
  at?: string;
  /** As if all people were there, with nothing in hand. */
  everybody?: boolean;
  customer?: { returning?: boolean; operator_id?: number; ago?: number; name?: string; language?: Language };
  settings?: Partial<LineSettings>;
  members?: QueueMember[];
  active?: boolean;
}

export interface Explanation {
  code: string;
  params?: Record<string, unknown>;
  skipped?: { user_id: number; code: string }[];
  rest?: Record<string, number>;
}

export type StepKind = "asks" | "text" | "fact" | "offer" | "waits" | "held" | "again" | "target" | "hours" | "answer";

export interface ForecastStep {
  at: string;
  /** Seconds since the part began. */
  after: number;
  kind: StepKind;
  code: string;
  params?: Record<string, unknown>;
  text?: string;
  buttons?: string[];
  why?: Explanation;
}

export interface ForecastPart {
  name: "nobody" | "silent" | "finished";
  since: string;
  ended: "closed" | "again" | "waits" | "later" | "long";
  steps: ForecastStep[];
  operator_id?: number;
  whole?: boolean;
}

export interface Forecast {
  at: string;
  /** The line's clock. */
  time_zone: string;
  kind: string;
  channel_id: number | null;
  open: boolean;
  changes_at: string | null;
  active: boolean;
  automatic: boolean;
  ahead: number;
  reopened: boolean;
  parts: ForecastPart[];
}

export interface LineVersion {
  version: number;
  at: string;
  name: string;
  settings: LineSettings;
  members: QueueMember[];
  active: boolean;
  by: string;
  /** Absent in states from before they were kept. */
  faces?: OperatorFace[];
  looks?: Looks;
}

export interface FileChat {
  kind: string;
  name: string;
  settings: Record<string, unknown>;
  /** The chat of the line that takes it over; absent: a new one is made. */
  channel_id?: number;
}

export interface FileContent {
  name: string;
  settings: Partial<LineSettings>;
  members: QueueMember[] | null;
  /** Names of operators for this line; photos by their names in the file. */
  faces: OperatorFace[];
  chats: FileChat[];
  unknown: { path: string; code: string; value: string; message: string }[];
}

type Sent<T> = Omit<T, "active" | "by"> & { active?: boolean; by?: string };

function member(given: QueueMember): QueueMember {
  if (given.department_id) return { department_id: given.department_id, ...(given.with_head ? { with_head: true } : {}) };
  return { user_id: given.user_id ?? 0 };
}

export const lineApi = {
  forecast: (id: number, question: ForecastQuestion) => rest.post<Forecast>(`/lines/${id}/forecast`, question),

  versions: async (id: number, before?: number) => {
    const page = await rest.get<{ items: Sent<LineVersion>[]; next: number | null }>(`/lines/${id}/versions`, {
      query: { before },
    });
    const items = page.items.map((one) => ({
      ...one,
      active: one.active ?? false,
      by: one.by ?? "",
      settings: settingsWithDefaults(one.settings),
      members: one.members.map(member),
    }));
    return { items, next: page.next };
  },

  exportAddress: (id: number) => rest.address(`/lines/${id}/export`),
  /** With a line: what the file would bring to it. */
  readFile: async (file: unknown, lineId?: number) => {
    const found = await rest.post<FileContent>("/lines/read-file", { file, ...(lineId ? { line_id: lineId } : {}) });
    return { ...found, members: found.members?.map(member) ?? null };
  },
  importLine: (file: unknown, name: string, skipUnknown: boolean) =>
    rest.post<Line>("/lines/import", { file, name, skip_unknown: skipUnknown }),
};
