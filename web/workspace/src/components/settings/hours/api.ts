/** Timetables that lines share, and public holidays: what the settings of working time exchange with the server. */
import { useApi } from "@/app/api";

import type { Exception, Interval, Page } from "../types";

const { rest } = useApi();

/** Working time, wherever it stands: of a line, of a timetable. */
export interface Hours {
  /** Empty: the portal's. */
  time_zone: string;
  week: Interval[][];
  exceptions: Exception[];
  /** ISO 3166-1, two letters; empty: none. */
  holidays_country: string;
  holidays_region: string;
}

export interface Timetable extends Hours {
  id: number;
  version: number;
  name: string;
  lines: { id: number; name: string }[];
}

export interface Holiday {
  date: string;
  name: string;
}

export interface HolidayPlace {
  country: string;
  regions: boolean;
}

export interface HolidaysOf {
  regions: { region: string; name: string }[];
  items: Holiday[];
}

/** What the server leaves out because it is at its default. */
function complete(found: Timetable): Timetable {
  const { holidays_country = "", holidays_region = "", lines = [] } = found;
  const exceptions = (found.exceptions ?? []).map((one) => ({ ...one, intervals: one.intervals ?? [] }));
  return { ...found, exceptions, holidays_country, holidays_region, lines };
}

/** The working time of something that has more than that. */
export function hoursOf(from: Hours): Hours {
  const { time_zone, week, exceptions, holidays_country, holidays_region } = from;
  return { time_zone, week, exceptions, holidays_country, holidays_region };
}

export const hoursApi = {
  timetables: async () => (await rest.get<Page<Timetable>>("/timetables")).items.map(complete),
  createTimetable: async (name: string, hours: Hours) =>
    complete(await rest.post<Timetable>("/timetables", { name, ...hoursOf(hours) })),
  changeTimetable: async (id: number, version: number, name: string, hours: Hours) =>
    complete(await rest.patch<Timetable>(`/timetables/${id}`, { version, name, ...hoursOf(hours) })),
  deleteTimetable: (id: number) => rest.delete(`/timetables/${id}`),
  countries: async () => (await rest.get<Page<HolidayPlace>>("/holidays/countries")).items,
  holidays: (country: string, region: string) =>
    rest.get<HolidaysOf>("/holidays", { query: { country, region: region || undefined } }),
};
