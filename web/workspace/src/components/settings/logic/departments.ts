import type { Department } from "../types";

export interface Branch {
  department: Department;
  depth: number;
  children: number;
}

/** Departments as they are listed: a parent, then its children by name. A parent that is missing or in a circle is the root. */
export function treeOf(departments: readonly Department[], language: string): Branch[] {
  const byId = new Map(departments.map((one) => [one.id, one]));
  const children = new Map<number | null, Department[]>();
  for (const one of departments) {
    const parent =
      typeof one.parent_id === "number" && byId.has(one.parent_id) && !isInside(one.id, one.parent_id, byId)
        ? one.parent_id
        : null;
    children.set(parent, [...(children.get(parent) ?? []), one]);
  }
  const out: Branch[] = [];
  const walk = (parent: number | null, depth: number): void => {
    const list = [...(children.get(parent) ?? [])].sort((a, b) => a.name.localeCompare(b.name, language));
    for (const department of list) {
      out.push({ department, depth, children: children.get(department.id)?.length ?? 0 });
      walk(department.id, depth + 1);
    }
  };
  walk(null, 0);
  return out;
}

/** Is `candidate` the department itself or anywhere under it? Such a parent would make a circle. */
export function isInside(id: number, candidate: number, byId: ReadonlyMap<number, Department>): boolean {
  const seen = new Set<number>();
  let at: number | null | undefined = candidate;
  while (typeof at === "number" && !seen.has(at)) {
    if (at === id) return true;
    seen.add(at);
    at = byId.get(at)?.parent_id;
  }
  return false;
}

/** Departments that may become the parent of this one. */
export function possibleParents(id: number | null, departments: readonly Department[]): Department[] {
  const byId = new Map(departments.map((one) => [one.id, one]));
  return departments.filter((one) => id === null || !isInside(id, one.id, byId));
}

/** People of a department and of everything under it, each once. */
export function membersUnder(id: number, departments: readonly Department[]): Set<number> {
  const byId = new Map(departments.map((one) => [one.id, one]));
  const people = new Set<number>();
  for (const one of departments) {
    if (isInside(id, one.id, byId)) for (const member of one.member_ids ?? []) people.add(member);
  }
  return people;
}
