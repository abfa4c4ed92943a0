"""English: what is wrong with a line's settings, and who saved them meanwhile."""

from typing import Final

WORDS: Final = {
    "by.changed": "{by} saved this meanwhile ({at}). Look again, then save.",
    "bad_key": "Small Latin letters, digits and _, a letter first.",
    "choices_needed": "At least two choices.",
    "country_needed": "Choose the country first.",
    "doubled": "This stands here twice.",
    "medium_needed": "Choose at least one way of telling.",
    "misspelt_placeholder": "There is no placeholder {value}. Did you mean {meant}?",
    "no_placeholder_here": "{value} is shown here as it is written: write plain words.",
    "nobody_to_tell": "Choose at least one person, the head or the operator.",
    "not_ascending": "More than the one before.",
    "question_needed": "Add at least one question, or switch the form off.",
    "step_needed": "Add at least one step.",
    "unclosed_placeholder": "“{value}”: the placeholder is not closed. A brace itself is written twice.",
    "timetable_in_use": "Lines keep to this timetable: {lines}. Give them another one first.",
    "unknown_country": "A country is two letters, like DE.",
    "unknown_region": "There is no such region.",
    "unknown_timetable": "There is no such timetable.",
    "bad_moment": "Choose a moment between yesterday and a year ahead.",
    "unknown_channel": "This line has no such channel.",
    "not_a_line_file": "This is not the file of a line, or it is damaged.",
    "line_file_too_new": "A newer release wrote this file. Update openlines first.",
    "line_version_needed": "Name the version of the line that you have seen.",
    "line_name_doubled": "Several lines have this name: give the number.",
    "not_here_user": "Nobody here has the address {value}.",
    "not_here_department": "There is no department “{value}” here.",
    "not_here_setting": "There is no setting “{value}” here.",
}
