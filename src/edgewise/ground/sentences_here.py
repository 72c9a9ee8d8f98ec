# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people are told when something can't be done, or when what came is bad.

This part is about this computer and about writing; `sentences_others` holds the rest.

Three lines each: `code blame exit`, the sentence (what happened and what was kept), the remedy (what the
person can do). Places in braces are filled with facts. Plain words only: a test refuses the builders' own.
Exits: 2 bad use, 3 passphrase, 4 in use, 5 not found, 6 not allowed, 7 letter, 8 bad from outside, 9 damaged.
"""

from typing import Final

HERE: Final = """
home.missing you 5
There is no Edgewise here yet: nothing was found in {path}.
Begin with "edgewise init", or name the folder where yours is.
home.exists you 2
There is already somebody's Edgewise in {path}. Nothing was changed.
Open it, or choose another folder for a new one.
home.in_use you 4
Edgewise is already running with this folder. Nothing was changed.
Use the one that runs ("edgewise open" shows it), or end it first.
home.unwritable you 4
Edgewise may not write into {path}. Nothing was changed.
Check that the folder belongs to you and that the disk has room.
home.full us 4
The disk is full. What was there before is safe; the last thing was not kept.
Make room on the disk, then try again.
home.unreadable us 9
The disk could not read some of your things. Nothing was changed.
Try again; if it stays, copy the folder {path} to another disk, and run "edgewise doctor --deep" there.
home.locked you 3
Your Edgewise is locked. Nothing is lost.
Open it with your passphrase.
home.not_set_up you 2
You have no name here yet, so nothing can be written.
Begin with "edgewise init".
home.self_test us 9
This computer gave a wrong result in a test at the start. Nothing was opened or changed.
Install Edgewise again; if it stays, please tell its makers.
passphrase.wrong you 3
That is not the passphrase. Nothing was changed.
Try again; mind capital letters and the keyboard's language.
passphrase.empty you 2
The passphrase is empty.
Think of four or five words that only you connect.
passphrase.too_short you 2
The passphrase is too short: it needs at least {limit_chars} letters.
Think of four or five words that only you connect.
passphrase.too_long you 2
The passphrase is too long: at most {limit_chars} letters.
Choose a shorter one.
passphrase.unreadable you 2
The passphrase holds a sign that no computer can write down.
Choose one without it.
passphrase.differs you 2
The two passphrases are not the same. Nothing was changed.
Type the new passphrase again, twice the same.
passphrase.needed you 3
Your passphrase is needed for this.
Type it, or begin with it: "edgewise init" can remember it on this computer.
passphrase.memory us 3
This computer has not enough free memory ({memory_mib} MiB) to check the passphrase. Nothing was changed.
Close other programs, then try again.
port.taken you 4
Another program already uses the place {port} where your page should stand.
End the other program, or choose another place with --port.
store.damaged us 9
The file with your things is damaged. Nothing was deleted, and nothing more is written into it.
End Edgewise and run "edgewise doctor --mend"; if you have a safe copy, it can be brought back too.
store.newer you 9
Your things were last opened by a newer Edgewise. Nothing was changed.
Install the newest Edgewise, then open them again.
store.foreign you 9
The file in {path} is not one of Edgewise's. It was not touched.
Name the right folder.
store.busy us 4
Your things are being written by something else just now. Nothing was lost.
Try again in a moment.
node.unreachable you 4
Your Edgewise seems to run, but it does not answer. Nothing was changed.
End it and start it again.
node.stopping us 4
Edgewise is just closing. What you wrote before is kept.
Start it again, then repeat the last step.
node.broken us 9
Something in Edgewise itself went wrong, so it ended. What was kept before is safe.
Start it again; if it stays, please tell its makers.
use.bad you 2
That can't be understood: {reason}
See "edgewise help".
export.too_big you 2
With its pictures this is more than {limit_mib} MB, too much for one file. Nothing was written.
Write it into a folder instead.
export.not_empty you 2
The folder {path} is not empty. Nothing was written into it.
Choose a new or an empty one.
export.unwritable you 4
The folder {path} can't be written. What is in it is not whole.
Choose another one, or check that it is yours and has room.
archive.malformed you 8
This is no export of Edgewise's, or it was changed. Nothing of it was brought in.
Name the folder in which "edgewise.json" lies.
archive.newer you 9
The export was made with a newer Edgewise. Nothing of it was brought in.
Install the newest Edgewise, then try again.
archive.no_place you 2
It is not said which folder is meant. Nothing was done.
Name it with its whole path, or choose the file.
copy.no_place you 2
It is not said where the safe copy lies. Nothing was changed.
Name the file with its whole path, or choose it.
copy.foreign you 8
The file {path} is not a safe copy of Edgewise's. Nothing was changed.
Choose the file whose name ends in ".copy".
copy.newer you 9
The safe copy was made with a newer Edgewise. Nothing was changed.
Install the newest Edgewise, then try again.
copy.damaged you 8
The safe copy is damaged or cut short. Nothing was taken from it, and nothing was changed.
Try another copy, or copy the file again from where it lies.
copy.unwritable you 4
The safe copy could not be written to {path}. A copy that was there before is untouched.
Check that the stick is in, that it has room, and that you may write there.
copy.not_yours us 8
The safe copy lacks what shows that it is yours, so nobody can come back by it. Nothing was changed.
Try another copy.
words.wrong you 3
These words do not open this copy. Nothing was changed.
Look at the page again: each set of words has its copies, with the day on it.
words.count you 2
There are {limit} words on the page; these are more, or fewer.
Type all of them, in their order.
words.unknown you 2
The word "{word}" is none of those that can stand on the page.
Look at it again; the first four letters of each word are enough.
words.slip you 2
Each word exists, but together they can't be the ones on the page: one is wrong, or two have changed places.
Read them once more, in their order.
words.needed you 3
The words that open the copy are needed for this.
Type them, or give them in EDGEWISE_WORDS.
file.missing you 5
There is no file {path}.
Check its name and where it lies.
file.unreadable you 2
The file {path} can't be read.
Check that it is yours and whole.
file.too_big you 2
The file {path} is too big.
Choose a smaller one.
file.exists you 2
There is already a file {path}. It was not touched.
Choose another name.
attach.too_many you 2
That is too many at once: {limit} pictures and files can go with one text. Nothing was sent.
Send the rest with another one.
attach.alone you 2
There are more descriptions than pictures and files. Nothing was sent.
Give one description for each, in the same order.
blob.not_here peer 5
That picture or file is not on this computer, or not all of it.
Fetch it while the computer of whoever shared it is on.
blob.damaged us 9
A picture or file has changed on this disk, so it is not shown.
Run "edgewise doctor --deep": what is damaged is fetched again from whoever has it.
blob.other_place you 2
A picture or file can't stand in two places, or what was to be sent is not here. Nothing was sent.
Add it anew, then send.
draft.full you 2
At most {limit} pictures and files go with one text. What is there stays.
Send these first, or take one out.
attach.too_big you 2
The file has more than {limit_mb} MB. It was not attached.
Bring it over on a stick, or in parts.
attach.nothing you 2
No file was chosen. Your words are kept.
Choose one first, then attach it.
phone.no_network you 5
This computer is on no network of its own now, so a phone can't reach it. Nothing was opened.
Join the Wi-Fi that your phone is on, then try again; or bring the pictures over by cable.
upload.stopped you 2
It was stopped. Nothing of it was kept.
Choose the file again when you like.
blob.unknown you 5
There is no such picture or file here.
See "edgewise files" for those that are known here.
id.malformed you 2
That is not a sign that Edgewise gave to anything.
Copy it again, whole and without spaces.
not_found.item you 5
That text is not here: it was taken back, or never came to you.
Go back and look at the newest list.
not_found.person you 5
You know nobody by the name {name} here.
See "edgewise people" for those you know.
not_found.person_many you 5
Several people here are called {name}.
Give one of them a name of your own, or use the sign behind the name.
not_found.circle you 5
You have no circle {name}.
See "edgewise circles" for those you have.
not_found.draft you 5
That draft is not here any more.
Look among your drafts; perhaps it was sent already.
not_found.page you 5
There is no such page.
Go back to your first page.
foreign.failed us 8
A part of Edgewise ({library}) failed on something. Your things are safe; that one thing was left out.
Try again; if it stays, please tell the makers of Edgewise.
web.host you 6
This page may only be opened on this computer itself.
Open it by the Edgewise icon.
web.origin you 6
Another page tried to press a button in your name. Nothing was done.
Close that other page, and open Edgewise by its icon.
web.token you 6
This page is an old one and may not do anything more. What you had written is still in it.
Open Edgewise by its icon, then take your text over.
web.icon you 5
There is no page at this address.
Open Edgewise by its icon.
web.broken us 9
Something in Edgewise itself went wrong with this page. What was kept before is safe.
Go back and try again; if it stays, please tell its makers.
web.form you 2
Something is missing in what was sent. Nothing was done; your words are kept.
Fill in what is marked, then send again.
web.too_big you 2
That is more than fits at once. Nothing was done.
Send less at a time.
"""

WRITING: Final = """
text.empty you 2
There are no words in it yet. Nothing was sent.
Write something first.
text.too_long you 2
That is too long: {size_chars} letters, and {limit_chars} fit. Nothing was sent; your words are kept.
Make it shorter, or cut it in two.
text.unreadable you 2
The text holds a sign that no computer can write down. Nothing was sent; your words are kept.
Type that place again.
name.empty you 2
A name is needed.
Type a name; it need not be your full one.
name.too_long you 2
The name is too long: at most {limit_chars} letters.
Choose a shorter one.
name.bad you 2
The name holds signs that can't be seen or that would mislead others.
Use letters, digits and spaces.
name.taken you 2
There is already one called {name}.
Choose another name.
audience.missing you 2
It is not said who may read this. Nothing was sent; your words are kept.
Choose who may read it, then send.
audience.changed you 6
Those who may read this have changed since you began. Nothing was sent; your words are kept.
Look at who may read it now, then send.
audience.empty you 2
Nobody is in that circle yet.
Put somebody into it, or choose another one.
mention.unseen you 6
Somebody whom you mention may not read this. Nothing was sent; your words are kept.
Take the name out, or choose who may read this anew.
answer.not_allowed you 6
This person did not ask for answers here. Your words are kept as a draft.
Write to them directly instead.
answer.unknown_word you 2
That is none of the short answers.
Use one of those shown, or write an answer.
edit.not_yours you 6
Only who wrote it can change it or take it back.
Answer it, or hide it for yourself.
edit.gone you 5
That text was taken back already; there is nothing to change.
Write a new one.
hold.over you 6
It has left already; it can't be stopped any more.
Take it back: whoever has it is asked to erase it.
hold.too_long you 2
A text can wait for at most {limit_seconds} seconds.
Keep it as a draft instead.
draft.too_many you 2
There are already {limit} drafts.
Send or throw away some of them first.
circle.too_many you 2
There are already {limit} circles.
Remove one that you do not need.
circle.too_big you 2
A circle holds at most {limit} people.
Make a second one.
person.self you 2
That is yourself.
Choose somebody else.
person.ended you 6
You and {name} have ended your acquaintance. Nothing was sent.
Meet anew with a letter, if you both want to.
person.blocked you 6
You have blocked {name}. Nothing was sent.
Unblock them first, if you want to write to them.
grant.missing you 6
There is no agreement that lets this go to {name}. Nothing was sent.
Look at the Agreements page; give the permission there, or leave it.
grant.ended you 6
The agreement for this has come to its end. Nothing new was sent; nothing was erased.
Renew it on the Agreements page, if you both want to.
grant.revoked you 6
The agreement for this was withdrawn. Nothing was sent.
Ask for it anew, if you like.
grant.wider peer 6
Somebody gave on more than they had been given. It was not taken.
Nothing to do; ask them, if it matters to you.
grant.malformed peer 8
An agreement that came is not in order. It was not taken.
Ask them to give it again.
grant.too_long you 2
An agreement can run for at most ten years.
Choose an earlier end.
grant.not_yours you 6
Only who gave an agreement can withdraw it.
You can give up what was given to you.
gate.closed you 6
This may not leave your computer: nobody agreed to it. Nothing was sent.
Choose who may read it.
gate.no_pair you 6
You and that person have not agreed to exchange anything. Nothing was sent.
Meet with a letter first.
"""
