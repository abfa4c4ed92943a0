import { ApiError, type Me, type Message } from "@openlines/client";
import { afterEach, describe, expect, it, vi } from "vitest";

import { useApi } from "@/app/api";
import { useSession } from "@/app/session";
import { useToasts } from "@/app/toasts";

import { discardOutgoing, outgoingOf, retryOutgoing, say } from "./outbox";

const me: Me = { id: 1, name: "", role: "operator", email: "", language: "en", time_zone: "UTC" };
const { toasts } = useToasts();
const shown = () => toasts.value.map((toast) => toast.detail);

afterEach(() => void vi.restoreAllMocks());

describe("a message that is refused", () => {
  it("is spoken of for as long as it is there, and by itself", async () => {
    await useSession().entered(me);
    const fields = { text: { code: "too_long", message: "Too long." } };
    const send = vi.spyOn(useApi().api, "send").mockRejectedValue(new ApiError({ status: 422, code: "invalid", detail: "Some values cannot be saved.", fields }));
    for (const text of ["one", "two"]) say({ conversation_id: 3, thread_id: 3, text, files: [], note: true });
    await vi.waitFor(() => expect(shown()).toEqual(["Too long.", "Too long."]));
    const [one, two] = outgoingOf(3);
    discardOutgoing(one?.client_message_id ?? "");
    expect(shown()).toEqual(["Too long."]);
    send.mockResolvedValue({ id: 1, thread_id: 3 } as Message);
    retryOutgoing(two?.client_message_id ?? "");
    expect(shown()).toEqual([]);
    await vi.waitFor(() => expect(outgoingOf(3)).toEqual([]));
  });
});
