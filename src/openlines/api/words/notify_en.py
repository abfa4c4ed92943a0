"""English, for letters, web push and webhooks: what went wrong on the way, and what to do about it."""

from typing import Final

WORDS: Final = {
    # fields
    "not_a_host": "Just the name of the server, like smtp.example.com.",
    "mail_host_needed": "Say which server to try.",
    "mail_from_needed": "Say from which address letters come.",
    "password_again": "Enter the password again: the saved one was for another server or a safer connection.",
    "bad_subscription": "This is not what a browser's subscription looks like.",
    "too_many_browsers": "Notices are shown in {most} browsers at most. Remove one first.",
    # trying
    "mail_test.subject": "openlines: a test letter",
    "mail_test.text": "Letters from openlines arrive. Nothing needs to be done.",
    "mail_test.sent": "{host} has taken the letter for {to}. If it does not arrive, look into the spam folder.",
    "hook_test.sent": "The address has taken the test.",
    # letters
    "mail_not_set": "No mail server is set.",
    "mail_bad_address": "This is not an address that a letter can be sent to.",
    "mail_no_such_host": "There is no server of this name.",
    "advice.mail_no_such_host": "Look for a typing error in the server's name.",
    "mail_nobody_listens": "The machine is there, but no mail server answers on this port.",
    "advice.mail_nobody_listens": "Usual ports: 587 with STARTTLS, 465 with TLS, 25 without encryption.",
    "mail_timeout": "The server did not answer in time.",
    "advice.mail_timeout": "Is the port open in the firewall? Port 465 answers only with TLS chosen.",
    "mail_unreachable": "The server cannot be reached.",
    "advice.mail_unreachable": "Check the network of this machine, then the server's name and port.",
    "mail_hung_up": "The server closed the connection at once.",
    "advice.mail_hung_up": "A server that expects TLS does so: choose TLS, or another port.",
    "mail_broken_off": "The connection broke off.",
    "mail_greeting": "The server does not want to talk to this machine.",
    "advice.mail_greeting": "Its own words say why; often it must be told the address of this machine.",
    "mail_no_tls": "The server does not speak TLS on this port.",
    "advice.mail_no_tls": "Choose STARTTLS (port 587 as a rule), or TLS with port 465.",
    "mail_no_starttls": "The server offers no STARTTLS, so nothing was sent.",
    "advice.mail_no_starttls": "Choose TLS with port 465, or no encryption if the server is in your own network.",
    "mail_bad_certificate": "The server's certificate is not trusted.",
    "advice.mail_bad_certificate": "Use the name that is in the certificate. For a server of your own with a"
    " certificate that it signed itself, switch the check off.",
    "mail_no_login": "The server offers no sign-in here that openlines knows.",
    "advice.mail_no_login": "Leave the user empty, or choose encryption: many servers offer a sign-in only then.",
    "mail_login_refused": "The server refused the user name or the password.",
    "advice.mail_login_refused": "Large providers want a password for apps, made in the account's security settings.",
    "mail_sender_refused": "The server does not send letters from this address.",
    "advice.mail_sender_refused": "The sender must be the user's own address as a rule.",
    "mail_recipient_refused": "The server refused the recipient.",
    "mail_letter_refused": "The server refused the letter.",
    # web push
    "push_no_browser": "This person shows notices in no browser.",
    "push_bad_address": "The browser's push service may not be asked.",
    "push_unreachable": "The browser's push service cannot be reached.",
    "push_busy": "The browser's push service is busy.",
    "push_refused": "The browser's push service refused it.",
    # webhooks
    "hook_private_address": "The address lies in your own network, and webhooks may not go there.",
    "advice.hook_private_address": "Allow it in Settings, Notices and mail, if the address is yours.",
    "hook_bad_address": "This is not an address that a webhook can go to.",
    "hook_unreachable": "The address cannot be reached.",
    "hook_no_answer": "The address did not answer in time.",
    "hook_status": "The address did not answer with success.",
    "hook_gone": "The address said that it is not there any more.",
    # all of them
    "notice_unknown": "It left, and no answer came: it may have arrived.",
    "notice_too_old": "It was too old when it could have been sent.",
    "person_left": "This person works here no more.",
    "notify_unreadable": "The portal's key was changed: enter passwords anew under Notices and mail.",
}
