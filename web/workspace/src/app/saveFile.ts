/** A file that the server makes, in the reader's language, saved by the browser under a name of ours. */
import { useI18n } from "@/i18n";

const { language } = useI18n();

/** Rejects when the server says no or does not answer: a link would lead away from the page to its words. */
export async function saveFile(address: string, name: string): Promise<void> {
  const answer = await fetch(address, { headers: { "Accept-Language": language.value }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
