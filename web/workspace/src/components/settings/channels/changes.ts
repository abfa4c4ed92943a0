/** What of a channel's settings will change, in words. */
import { pick, t } from "@/i18n";

import type { Manifest, ManifestField } from "../types";
import type { BarChange } from "../ui/SaveBar.vue";
import type { ChannelEdit } from "./useChannelDraft";

const LONGEST = 28;
/** Too much to be quoted in a line. */
const LARGE = new Set(["schedule", "words", "invitations"]);

export function channelChanges(edit: ChannelEdit, manifest: Manifest): BarChange[] {
  const before = edit.channel.value;
  const now = edit.draft.value;
  if (!before || !now) return [];
  const named = (name: string) => manifest.fields.find((field) => field.name === name);
  return [
    ...(edit.renamed.value
      ? [{ key: "channel-name", label: t("settings.channelName"), words: `${before.name} → ${now.name}` }]
      : []),
    ...edit.changedSettings.value.map((name) => {
      const field = named(name);
      const was = before.settings[name] ?? field?.default;
      return { key: name, label: pick(field?.label) || name, words: fieldChange(field, was, now.settings[name]) };
    }),
    ...edit.changedSecrets.value.map(([name]) => ({
      key: name,
      label: pick(named(name)?.label) || name,
      words: t("settings.secretReplaced"),
    })),
  ];
}

/** "#2563eb → #ffe14d", or one word where two values would say nothing. */
export function fieldChange(field: ManifestField | undefined, before: unknown, now: unknown): string {
  if (!field || LARGE.has(field.type)) return t("settings.textChanged");
  const [was, is] = [fieldWords(field, before), fieldWords(field, now)];
  return was === is ? t("settings.textChanged") : `${was} → ${is}`;
}

/** A value of a field, shortly. */
export function fieldWords(field: ManifestField, value: unknown): string {
  if (field.type === "schedule") return t("settings.textChanged");
  if (field.type === "words") return t("settings.entries", { count: Object.values(value ?? {}).filter(Boolean).length });
  if (typeof value === "boolean") return t(value ? "settings.on" : "settings.off");
  if (Array.isArray(value)) return t("settings.entries", { count: value.filter(Boolean).length });
  const choice = field.choices?.find(([one]) => one === value);
  const text = choice ? pick(choice[1]) : String(value ?? "");
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text || t("settings.nothing");
}
