"""English: ratings, the head's own one, consent and the form before the chat."""

from typing import Final

WORDS: Final = {
    "not_head": "Only whoever leads this operator may rate the conversation, or an administrator.",
    "consent_needed": "Agree to the processing of your data first: the text stands in the chat.",
    "consent_changed": "The text has changed meanwhile. Read it again, please.",
    "form_needed": "Answer the questions of the form first.",
    "no_form": "This chat has no form.",
    "answer_needed": "Please answer this.",
    "not_a_phone": "This does not look like a phone number.",
    "choice_needed": "Choose one of the answers.",
    "fact.rating_commented": "The customer has added a comment to the rating",
    "fact.head_rated": "The head's rating: {value} of 5",
    "fact.consented": "The customer has agreed to the processing of data",
    "fact.form_filled": "The form is filled in",
    "said.first_contact": "the customer had not agreed to this text yet",
    "auto_first_contact": "Said because the customer had not agreed to this text yet.",
}
