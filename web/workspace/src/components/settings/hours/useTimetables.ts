import { shallowRef } from "vue";

import { useFresh } from "../useFresh";
import { hoursApi, type Timetable } from "./api";

const all = shallowRef<Timetable[]>([]);

/** The timetables of the portal, looked at again when lines change anywhere. */
export function useTimetables() {
  const load = async () => void (all.value = await hoursApi.timetables());
  void load().catch(() => undefined);
  useFresh(["places"], load);
  return { all, load };
}

/** The name of a timetable that this page has seen; for "what will change". */
export function timetableName(id: number): string | undefined {
  return all.value.find((one) => one.id === id)?.name;
}
