"""English, for the work itself: what a conversation allows, why somebody was asked, what happens next."""

from typing import Final

WORDS: Final = {
    # what the state does not allow
    # ratings
    # lines and channels
    # fields
    # visitors
    # why this operator
    "only_one": "The only one who can take it now.",
    "longest_without_new": "The longest without a new conversation.",
    "longest_without_repeat": "The longest without an offer of this kind.",
    "next_in_order": "Next in the order of the queue.",
    "fewest": "Has the fewest conversations: {counted}.",
    "round_again": "Everybody was asked; the round began again.",
    "everyone": "Offered to everyone of the line.",
    "own_operator": "Has talked with this customer before.",
    "asked_for": "The bot asked for this person.",
    "started": "Started it.",
    "queue_empty": "There is nobody in the queue of this line.",
    "nobody_available": "Nobody is there at the moment.",
    "all_at_limit": "Everybody has as many conversations as the line allows.",
    "all_declined": "Everybody has declined.",
    "held_until_opening": "Held until the line opens.",
    # why not somebody
    "at_limit": "has as many as the line allows",
    "tried": "was already asked in this round",
    "declined": "declined",
    "just_asked": "was asked just before",
    "inactive": "account switched off",
    "absent": "absent",
    "pause": "on a break",
    "offline": "not there",
    "full": "has as many as the line allows",
    # why an automatic text was said
    "auto_first": "Said at a customer's first words.",
    "auto_each": "Said at the beginning of each conversation.",
    "auto_closed": "Said because the line is outside its working hours.",
    "auto_nobody_replied": "Said because nobody had replied in time.",
    "auto_nobody_free": "Said because nobody was free and the line tells the place in the queue.",
    "auto_finished": "Said because the conversation was finished.",
    "auto_rated": "Said because the customer gave a rating.",
    "said.contact_taken": "the customer left a contact while the line is closed",
    "auto_silent": "Said because the customer has gone silent.",
    "auto_chosen": "Said because the customer pressed a button.",
    "said.chosen": "the customer pressed a button",
    "fact.chosen": "The customer answered a reminder",
    "auto_limit": "Said because the time to rate was over.",
    "auto_nobody_available": "Said because nobody was there.",
    # what happens next
    "routes": "An operator is being looked for.",
    "offer_ends": "If it is not accepted, it goes on to the next.",
    "round_over": "If nobody accepts, everybody is asked again.",
    "back_to_sender": "If it is not accepted, it goes back to who sent it.",
    "opening": "Offered when the line opens.",
    "no_answer": "Marked as unanswered.",
    "auto_close": "Closed if the customer stays silent.",
    "closes": "Closed for good.",
    "last_words": "The last words are said.",
    "inactivity": "The customer is reminded.",
    "next.inactivity": "the customer is reminded",
    "next.escalate_queue": "goes back to the queue",
    "escalate_queue": "Goes back to the queue.",
    "woken": "Comes back into the list.",
    "escalate": "The head is told that the customer has waited too long.",
    "bot_time": "The bot hands over to people.",
    "unknown_value_of": "“{name}”: there is no such choice as “{value}”. Choose one of: {known}.",
}
