import { inject, type InjectionKey, provide } from "vue";

import type { Names } from "./describe";
import type { LineEditor } from "./useLineDraft";

/** What the tabs of a line's page share: the line under edit, and the names of people in words. */
export interface LinePageContext {
  editor: LineEditor;
  names: () => Names;
}

const KEY: InjectionKey<LinePageContext> = Symbol("line");

export function provideLine(context: LinePageContext): void {
  provide(KEY, context);
}

export function useLinePage(): LinePageContext {
  const context = inject(KEY);
  if (!context) throw new Error("a line's tab stands outside a line's page");
  return context;
}
