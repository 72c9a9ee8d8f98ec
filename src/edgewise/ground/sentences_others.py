# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of `sentences_here`, second part: about meeting, and about what comes from others."""

from typing import Final

MEETING: Final = """
letter.used peer 7
This letter was used already; it works once. Nothing was taken.
Ask who wrote it for a new one, and say that somebody has used it.
letter.expired peer 7
This letter has expired. Nothing was taken.
Ask who wrote it for a new one.
letter.withdrawn peer 7
This letter was withdrawn by who wrote it. Nothing was taken.
Ask them, if you think that it is a mistake.
letter.altered peer 7
This letter was changed on its way; it is not what was written. Nothing was taken.
Do not use it. Ask who wrote it to bring you a new one another way.
letter.not_a_letter you 7
That is not a letter of Edgewise. Nothing was taken.
Choose the file letter.html, or paste the whole line that begins with "edgewise:1:".
letter.other_version peer 7
This letter was written with a newer Edgewise. Nothing was taken.
Install the newest Edgewise, then open it again.
letter.too_big peer 7
This letter is bigger than a letter can be. Nothing was taken.
Ask who wrote it for a shorter one.
letter.own you 7
This is your own letter.
Give it to the person for whom you wrote it.
letter.known you 7
You know {name} already; nothing more is needed.
Write to each other.
letter.unknown you 7
No such letter is open here: it was used, withdrawn, has expired, or was never written here.
Look at your letters under People.
letter.refused you 7
You said no to this letter already. Nothing was sent to anybody.
Open it again if you have changed your mind.
letter.not_read you 7
This letter was not opened here yet.
Open it first, and read what it offers and asks.
letter.too_many you 7
You have already {limit} open letters.
Withdraw one that you do not need any more.
letter.too_long_open you 2
A letter can stay open for at most {limit_days} days.
Choose an earlier day.
letter.waiting you 7
The other one has not answered yet.
Wait until both computers are on, or bring their answer as a file.
ticket.malformed you 7
That is not a whole ticket of Edgewise. Nothing was taken.
Copy the whole line that begins with "edgewise:1:", or scan it again.
ticket.other_version peer 7
This ticket was made with a newer Edgewise. Nothing was taken.
Install the newest Edgewise, then try again.
ticket.too_long us 7
The ticket would be too long to scan.
Tell fewer addresses in it.
accept.malformed peer 7
An answer to one of your letters is not in order. It was not taken; your letter stays open.
Ask them to answer again.
accept.bad_proof peer 7
Somebody answered without holding your letter. It was not taken; your letter stays open.
Nothing to do.
accept.other_terms peer 7
The answer agrees to something else than your letter says. It was not taken.
Ask them to open the letter again and answer anew.
confirm.malformed peer 7
What confirms your meeting is not in order. It was not taken.
Ask them to send it again.
confirm.other peer 7
What came confirms a meeting with somebody else. It was not taken.
Compare the four words with them; if they differ, end it and write a new letter.
words.differ you 7
The four words differ: somebody else may stand between you. Nothing more is sent.
End this acquaintance and meet again with a new letter, best hand to hand.
identity.malformed peer 8
What somebody says of who they are is not in order. It was not taken; what you had of them is kept.
Ask them to send it again.
identity.unsigned peer 8
Something claims to be of a person who did not sign it. It was not taken.
Nothing to do.
identity.fork peer 8
There are two stories of who this person is. What you had is kept; nothing new is given to them.
Talk to them in person: their computer may have been stolen or copied.
identity.branch peer 8
The file comes from a new computer of somebody you know, who does not know yet what you know of them.
Nothing was taken. Meet them once over a connection, or in person.
identity.frozen peer 6
This person's story is in doubt, so nothing new is given to them. What you had is kept.
Talk to them in person, and wait until they have put it right.
identity.too_long peer 8
What somebody says of who they are is too long to be read. It was not taken.
Ask them to tell the makers of Edgewise.
identity.unknown_device peer 8
A computer speaks for somebody who never named it as theirs. It was not listened to.
Nothing to do; ask the person if they have a new computer.
identity.revoked_device peer 8
A computer speaks for somebody who gave it up. It was not listened to.
Ask the person whether it was lost.
identity.other peer 8
This is somebody else than the person you know by that name. It was not taken.
Ask the person in another way.
"""

OUTSIDE: Final = """
canon.malformed peer 8
Something came that can't be read. It was left out; everything else is kept.
Nothing to do; if it happens often, ask the other person to install the newest Edgewise.
canon.noncanonical peer 8
Something came in a spelling that is not allowed. It was left out; everything else is kept.
Nothing to do; if it happens often, ask the other person to install the newest Edgewise.
canon.too_big peer 8
Something came that is bigger than allowed. It was left out; everything else is kept.
Nothing to do.
signature.bad peer 8
Something came that was not signed by who it names. It was left out.
Nothing to do; if it came as a file, ask for it again.
seal.bad peer 8
Something came that can't be opened: it was changed, or is meant for somebody else. It was left out.
Ask for it again; make sure that it is for you and this computer.
seal.bad_recipient peer 8
A computer named a lock that nothing can be locked with. Nothing was sent to it.
Ask the person to install Edgewise anew there.
stream.bad peer 8
The file was changed or cut off on its way. Of what came before that place, what is whole is kept.
Ask for the file again.
stream.too_big peer 8
The file is bigger than allowed. It was not read to its end.
Ask for it in smaller parts.
members.early peer 8
Something about who is in a group came before what it builds on. It waits until that is here.
Nothing to do; it comes when your computers meet again.
members.founders peer 8
A group was begun by too few people for its own rule. It was left out.
Ask whoever began it to begin it anew.
members.unfounded peer 8
Somebody decided on something that they could not know yet. It was left out; nobody came in or went by it.
Nothing to do; if it happens often, ask them to install the newest Edgewise.
op.malformed peer 8
Something written by somebody is not in order. It was left out; all else of theirs is kept.
Nothing to do.
op.too_big peer 8
Something written by somebody is bigger than allowed. It was left out.
Nothing to do.
op.payload peer 8
A text does not fit to what was signed for it. It was left out.
Nothing to do; it is asked for again by itself.
op.other_version peer 8
Something was written with a newer Edgewise. It is kept, and shown when yours can read it.
Install the newest Edgewise.
op.unknown_kind peer 8
Something was written with a newer Edgewise. It is kept, and shown when yours can read it.
Install the newest Edgewise.
op.bad_body peer 8
Something that came can't be shown: it is not as it should be. It is kept closed.
Nothing to do.
op.not_allowed peer 6
Somebody wrote where they may not write. It is kept apart and shown to nobody.
Nothing to do.
chain.gap peer 8
Something came before what it follows. It waits here until that comes.
Nothing to do.
chain.fork peer 8
One computer said two different things in one place. Both are kept and marked.
Ask the person: a backup was brought back there, or somebody copied the computer.
chain.broken peer 8
Things came that do not follow each other. They were left out.
Nothing to do; they are asked for again by themselves.
chain.own_copy us 8
An older copy of your own things was opened. Nothing is lost; what you write now is kept apart from it.
If you did not bring back a backup, somebody may have copied this computer.
run.malformed peer 8
A packet of texts is not in order. It was left out.
Nothing to do; it is asked for again by itself.
run.unsigned peer 8
A packet of texts came whose last one is not signed. It was left out.
Nothing to do; it is asked for again by itself.
run.unasked peer 8
Somebody sent what was not asked for. It was left out.
Nothing to do.
epoch.unknown peer 8
Something came that can't be opened yet. It waits here, closed.
Nothing to do: it opens when the other computer sends what is missing.
epoch.mismatch peer 8
What should open somebody's texts does not fit to them. They stay here, closed.
Ask the person to share them with you again.
epoch.malformed peer 8
A change of who may read is not in order. It was left out; what was before stays.
Nothing to do.
frame.malformed peer 8
The other computer said something that can't be read. The connection was ended; nothing is lost.
Nothing to do; if it happens often, ask them to install the newest Edgewise.
frame.too_big peer 8
The other computer sent more at once than allowed. The connection was ended; nothing is lost.
Nothing to do.
frame.unknown peer 8
The other computer said something that this Edgewise does not know. It was left out.
Install the newest Edgewise.
session.early peer 8
A computer asked for things before saying whose it is. The connection was ended.
Nothing to do.
session.out_of_turn peer 8
The other computer spoke out of turn. The connection was ended; nothing is lost.
Nothing to do; it is tried again by itself.
session.stranger peer 8
An unknown computer said more than strangers may. The connection was ended.
Nothing to do.
session.other_end peer 8
The computer that was reached is not the one that was meant. Nothing was sent to it.
Nothing to do; another way is tried by itself.
session.other_version peer 8
The other computer speaks a newer Edgewise's language. Nothing was exchanged; nothing is lost.
Install the newest Edgewise.
session.silent peer 8
The other computer does not answer any more. What is still to be sent waits here.
Nothing to do; it is tried again by itself.
session.flood peer 8
The other computer sent more than can be kept waiting. What was too much was left out; it is asked for again.
Nothing to do.
session.ended peer 6
The other one has ended your acquaintance. What you have stays until you erase it.
Nothing to do.
carrier.unreachable peer 5
The other computer can't be reached now. What is to be sent waits here.
Leave yours on, or carry a file across.
carrier.offline us 5
This computer has no connection now. What is to be sent waits here.
Go on writing; or carry a file across.
carrier.address peer 8
The other computer gave an address that can't be used. It was left out.
Nothing to do.
bundle.not_a_bundle you 8
That is not a file of Edgewise's to be carried across. Nothing was taken.
Choose the file whose name ends in ".edgewise".
bundle.not_for_you peer 8
This file is for somebody else, or for another computer of yours. Nothing was taken.
Open it on the computer that it was made for.
bundle.malformed peer 8
The file is damaged. What was whole in it was kept.
Ask for the file again.
bundle.too_big peer 8
The file is bigger than allowed. Nothing was taken.
Ask for it in smaller parts.
bundle.stranger peer 8
The file comes from somebody you do not know here. Nothing was taken.
Meet with a letter first.
bundle.other_version peer 8
The file was made with a newer Edgewise. Nothing was taken.
Install the newest Edgewise, then open it again.
bundle.empty you 5
There is nothing to carry to {name} yet.
Write something for them first.
piece.bad peer 8
A part of a picture or file came that is not what was shared. It was not kept.
Nothing to do; it is asked for again by itself.
piece.unasked peer 8
Parts of a picture or file came that nobody asked for. They were not kept.
Nothing to do.
piece.elsewhere peer 6
Somebody asked for a picture or file that was not shared with them there. It was not given.
Nothing to do.
erase.malformed peer 8
A request to erase is not in order. Nothing was erased.
Nothing to do.
erase.not_theirs peer 6
Somebody asked to erase what is not theirs. Nothing was erased.
Nothing to do.
media.no_picture you 2
That is not a picture that a page can show. Nothing was attached.
Attach it as a file.
media.no_voice you 2
That is not a voice note that can be sent. Nothing was attached.
Record it in the page, or attach it as a file.
media.broken you 8
A picture or voice note can't be read: it is damaged, or not what it begins as. It was left out.
Open it in another program, save it again, and attach that.
media.too_large you 2
A picture is larger than can be opened here: at most {limit_mpx} million points. It was left out.
Make it smaller with another program.
media.too_heavy you 2
A picture has more than {limit_mb} MB, so it can't be looked at here. It was left out.
Make it smaller with another program.
media.too_much you 8
A picture took more time or memory than it may take here, and was let go of. Nothing else was touched.
Make it smaller with another program, and try again.
media.heic you 2
This computer can't open pictures of the sort HEIC. Nothing was attached.
Let the phone make JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible), or save it as JPEG first.
media.voice_long you 2
A voice note has at most five minutes and 2 MB. It was left out.
Say it in two parts.
media.no_worker us 4
This computer could not start what looks at pictures. Nothing was attached.
Close something, and try again.
"""
