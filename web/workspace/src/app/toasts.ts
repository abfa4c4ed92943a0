/** Short words at the edge of the screen: what was done (with undo), what failed (with retry). */
import { ApiError } from "@openlines/client";
import { shallowRef } from "vue";

export interface ToastAction {
  label: string;
  run: () => unknown;
  testId?: string;
}

export interface Toast {
  id: number;
  text: string;
  detail?: string;
  tone: "neutral" | "good" | "bad";
  actions: readonly ToastAction[];
  /** Milliseconds on the screen, not counted while it is under the pointer or has the focus; 0 = until dismissed. */
  duration: number;
}

export interface ToastOptions {
  detail?: string;
  tone?: Toast["tone"];
  actions?: readonly ToastAction[];
  duration?: number;
}

const AT_ONCE = 4;
const toasts = shallowRef<readonly Toast[]>([]);
let last = 0;

function show(text: string, options: ToastOptions = {}): number {
  const tone = options.tone ?? "neutral";
  const duration = options.duration ?? (tone === "bad" ? 12_000 : 6_000);
  const toast: Toast = { id: ++last, text, tone, actions: options.actions ?? [], duration };
  if (options.detail) toast.detail = options.detail;
  toasts.value = [...toasts.value, toast].slice(-AT_ONCE);
  return toast.id;
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function useToasts() {
  return {
    toasts,
    show,
    dismiss,
    /** Done, and for some seconds it can be taken back. */
    done: (text: string, undo?: ToastAction) => show(text, { tone: "good", actions: undo ? [undo] : [] }),
    /** It did not work; `error` may say why in the reader's language. */
    failed: (text: string, error?: unknown, retry?: ToastAction) =>
      show(text, {
        tone: "bad",
        ...(error instanceof ApiError && error.words !== text ? { detail: error.words } : {}),
        actions: retry ? [retry] : [],
      }),
  };
}
