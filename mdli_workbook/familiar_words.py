"""Words with a capital that are nobody in particular, and given names that are somebody.

What a nudge needs to tell people from the rest. No list of this sort is ever complete: a name
that is missing is found by its place in the sentence, and a word that is missing costs one nudge
too many, which blocks nothing.
"""

from __future__ import annotations

# ruff: noqa: SIM905 - lists that people read and add to stay text

__all__ = [
    "ALSO_WORDS",
    "AUTHORS",
    "BEFORE_PLACES",
    "EPONYMS",
    "GIVEN",
    "HARMLESS",
    "KINDS_OF_THING",
    "NOT_A_DOCTOR",
    "OPENERS",
    "SPOKE",
]

_DAYS = """
monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays
saturdays sundays january february march april may june july august september october november december jan
feb mar apr jun jul aug sep sept oct nov dec spring summer autumn fall winter am pm easter christmas
thanksgiving hanukkah passover ramadan eid diwali juneteenth lent advent halloween
"""
_PLACES = """
alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho
illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi
missouri montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont virginia
washington wisconsin wyoming carolina dakota hampshire jersey york mexico rhode island atlanta austin
baltimore boston brooklyn bronx buffalo charlotte chicago cincinnati cleveland columbus dallas denver
detroit houston indianapolis jacksonville manhattan memphis miami milwaukee minneapolis nashville oakland
omaha orlando philadelphia phoenix pittsburgh portland queens richmond sacramento seattle tampa tucson tulsa
albuquerque birmingham rochester angeles vegas orleans louis africa america americas asia europe australia
canada china cuba egypt england ethiopia france germany ghana guatemala haiti honduras india iran iraq
ireland israel italy japan kenya korea lebanon nepal nigeria pakistan peru philippines poland portugal
russia scotland somalia spain sudan sweden switzerland syria turkey ukraine vietnam yemen london paris
berlin vienna rome madrid toronto montreal vancouver dublin tokyo us usa uk eu non midwest south north east
west northeast southwest southside downtown
"""
_PEOPLES = """
english spanish french german italian portuguese arabic mandarin cantonese chinese hindi urdu bengali
punjabi tagalog vietnamese korean japanese russian polish ukrainian somali swahili amharic hmong navajo
creole farsi dari pashto nepali burmese turkish greek hebrew yiddish dutch swedish latin american americans
african asian european hispanic latino latina latinx native indigenous black white haitian mexican cuban
dominican nigerian ethiopian canadian british irish indian pakistani filipino pacific islander alaskan
hawaiian somalis afghan syrian iraqi christian muslim jewish catholic baptist protestant hindu buddhist sikh
mormon quaker god allah islam christianity
"""
_ORGANIZATIONS = """
medicaid medicare epic cerner athena meditech mychart dragon zoom teams slack outlook excel word powerpoint
google microsoft apple amazon uber lyft facebook twitter linkedin instagram whatsapp youtube netflix
wikipedia uptodate press ganey joint commission congress senate supreme court harvard stanford yale mayo
kaiser permanente johns hopkins vanderbilt blue cross shield aetna cigna humana walmart costco walgreens
target starbucks pepper coke red bull lego ikea pixar nasa toyota boeing covid influenza pap lean sigma
kaizen gemba agile scrum likert gallup enneagram medline pubmed lancet jama cochrane nejm internet web wi-fi
wifi ipad iphone android
"""
_AT_WORK = """
i ok okay mr mrs ms dr md do rn lpn np pa phd mph ceo cfo cmo coo hr it icu er ed or pcp ob gyn ent doctor
nurse nurses physician physicians director chief chair president dean board department division section
medicine surgery pediatrics psychiatry cardiology oncology radiology neurology pathology pharmacy obstetrics
gynecology dermatology urology orthopedics anesthesia nephrology geriatrics emergency family internal
primary care health healthcare hospital clinic clinics center centre university college school institute
foundation association society academy council committee team group unit floor wing building office service
services system systems quality safety equity diversity inclusion grand rounds round session workbook module
week month year day call plus delta plan step part chapter question questions answer goal goals aim strategy
vision mission values ladder inference iceberg circle table figure appendix q1 q2 q3 q4 mom dad mother
father grandma grandpa nobel olympics bible torah quran constitution state states united federal county city
street avenue veterans affairs public national international review journal business leadership medical
practice manager
"""
_DRUGS = """
tylenol advil motrin aspirin lipitor zocor prozac zoloft lexapro xanax ativan valium ambien adderall ritalin
ozempic wegovy mounjaro trulicity metformin insulin lantus humira coumadin eliquis xarelto plavix lasix
norco percocet vicodin oxycontin suboxone narcan methadone paxlovid viagra synthroid lisinopril losartan
amlodipine atorvastatin gabapentin sertraline prednisone albuterol warfarin omeprazole ibuprofen penicillin
amoxicillin
"""

HARMLESS = frozenset(f"{_DAYS} {_PLACES} {_PEOPLES} {_ORGANIZATIONS} {_AT_WORK} {_DRUGS}".split())
"""Days, places, peoples, organizations, brands, what the place of work is called, drugs."""

EPONYMS = frozenset(
    """
    alzheimer parkinson cushing crohn hashimoto lyme apgar myers-briggs maslow hippocrates foley hodgkin
    huntington babinski marfan tourette sjögren sjogren raynaud ménière meniere kawasaki ebola zika asperger
    braden bishop whipple heimlich mcburney romberg trendelenburg kernig brudzinski duchenne wernicke
    korsakoff pareto gantt venn socrates socratic freudian jungian bayes bayesian hawthorne pygmalion
    rorschach glasgow framingham johari eisenhower dunning-kruger stroop pavlov mcgregor tuckman balint
    machiavelli kafka
    """.split()
)
"""Names that are hardly ever those of a patient or colleague."""

KINDS_OF_THING = frozenset(
    """
    disease syndrome sign test palsy law laws score scale criteria thyroiditis lymphoma sarcoma catheter
    maneuver manoeuvre method model matrix principle effect phenomenon paradox curve chart diagram index
    classification reflex fracture contracture tumor anemia encephalopathy ataxia dystrophy chorea esophagus
    hernia node nodes procedure operation clamp forceps stain agar fever virus bacteria hypothesis theorem
    razor group groups window street avenue road hospital clinic center centre foundation university college
    school institute act award prize medal lecture report bill county building hall tower wing pavilion unit
    ward inventory questionnaire
    """.split()
)
"""What follows a name that stands for a thing: Bell's palsy, Murphy's law, Graves disease."""

AUTHORS = frozenset(
    name.strip()
    for name in """
    chris argyris, edgar schein, amy edmondson, robert kegan, lisa lahey, peter senge, edwards deming,
    donald berwick, don berwick, atul gawande, ronald heifetz, marty linsky, kurt lewin, daniel kahneman,
    gary klein, john whitmore, norman daniels, james sabin, brené brown, patrick lencioni, daniel goleman,
    william osler, avedis donabedian, john kotter, peter drucker, abraham maslow, carl rogers, donald schön,
    michael bungay stanier, jim collins, adam grant, simon sinek, stephen covey, ibram kendi, camara jones,
    kimberlé crenshaw, isabel wilkerson, paulo freire, martin luther king, nelson mandela,
    florence nightingale, sigmund freud, carl jung, viktor frankl, douglas stone, sheila heen, roger fisher,
    william ury, marshall rosenberg, angela duckworth, carol dweck, abraham verghese, oliver sacks,
    rita charon, michael marmot, karl weick, susan scott, paul farmer, argyris, schein, edmondson, kegan,
    lahey, senge, deming, berwick, gawande, heifetz, linsky, lewin, kahneman, lencioni, goleman, osler,
    donabedian, kotter, drucker, freire, sinek, covey, dweck, freud, shakespeare, kendi, mandela, gandhi,
    einstein, darwin, aristotle, plato, socrates, seneca, rumi, buddha, jesus, moses, lincoln
    """.split(",")
)
"""Whom a course on leadership cites."""

NOT_A_DOCTOR = frozenset(["pepper", "google", "who", "phil", "seuss", "oz", "strangelove", "house", "scholl"])
"""What follows ``Dr.`` and is no colleague."""

GIVEN = frozenset(
    """
    aaron abdul abdullah abigail abraham adam adriana adrian ahmed aidan aiden aisha akira alan albert
    alejandro alejandra alex alexander alexandra alexis ali alice alicia alison allison alyssa amal amanda
    amara amber amina amir amit amy ana anand andrea andres andrew angela angelica anika anita anjali ann
    anna anne annette annie anthony antonio anton arjun arthur arun asha ashley ayesha barbara beatrice
    becky ben benjamin bernadette bernard beth betty beverly bhavna bianca björn bob bobby bonnie brad
    bradley brandon brenda brent brett brian bridget brittany bruce bryan caitlin carl carla carlos carmen
    carol caroline carolyn carrie catherine cathy cecilia chandra chen cheryl chloe chris christina
    christine christopher chukwu claire clara claudia colin connie craig crystal cynthia daniel daniela
    danielle darius darlene daryl dave david deborah debra debbie deepak deepa denise dennis derek desmond
    devon diana diane diego dmitri dolores dominique donald donna doris dorothy doug douglas duane dylan
    eduardo edward edwin eileen elaine eleanor elena eli elias elijah elizabeth ellen emeka emily emma
    enrique eric erica erik erika erin ernest esther ethan eugene eva evan evelyn fatima fatou felix
    fernando fiona frances francesca francisco frederick gabriel gabriela gail gary geoffrey george gerald
    gina giovanni gladys gloria gordon graham greg gregory guadalupe gustavo hannah harold haruto hassan
    heather hector heidi helen henry hiroshi howard hussein hyun ian ibrahim ignacio imani ingrid irene
    irina isaac isabel isabella ismail ivan jacob jacqueline jaime jamal james jamie jane janet janice
    jasmine jason javier jean jeanne jeff jeffrey jenna jennifer jenny jeremy jerome jerry jesse jessica
    jesús jill jim jimmy jin joan joanna joaquín joe joel johanna john johnny jonathan jorge jose joseph
    joshua josé joyce juan juanita judith judy julia julian julie julio justin kamal karen karim karl kate
    katherine kathleen kathryn kathy katie kavita keisha keith kelly ken kendra kenji kenneth kevin khadija
    khalid kim kimberly kofi kristen kristin kumar kwame kyle lakshmi lamar larry latoya laura lauren
    lawrence leah lena leo leon leonard leslie leticia lillian linda lindsay lisa liz lori lorraine louise
    lourdes luca lucas lucia lucy luis luke lydia lynn mahmoud malcolm malik mandy manuel marcela marcia
    marco marcus margaret maria mariam marian marie marilyn marina mario marissa martha martin marvin mary
    mateo matt matthew maureen megan mehmet mei melanie melissa mercedes michael michelle miguel mike
    mildred mina mohamed mohammad mohammed molly monica monique muhammad myra nadia nancy naomi natalia
    natalie natasha nathan neha neil ngozi nguyen nicholas nicole nikhil nina noah noor nora norma odessa
    olga olivia omar oscar osman pablo pamela patricia patrick paula pauline pedro peggy peter philip
    phyllis pooja prakash priya rachel rafael rahul raj rajesh ralph ramon ramona randy raquel rashid raul
    ravi raymond rebecca regina renee ricardo richard rita robert roberta roberto robin rodney roger roland
    ronald rosa rosemary rosie roxanne ruben rukmini russell ruth ryan sabrina sadia salma salvador sam
    samantha samir samuel sandra sandeep sanjay santiago sara sarah saul scott sean sergio seung shannon
    sharon shaun shawn sheila shelley sheryl shirley shreya sibusiso silvia simone siobhan siobhán sofia
    sonia sonya sophia sophie stacy stanley stefan stella stephanie stephen steve steven stuart sunita
    suresh susan suzanne svetlana sylvia tamara tamika tanya tara tariq tatiana ted teresa terrence terry
    theo theodore theresa thomas tiffany tim timothy tina todd tom tommy tony tracy travis trevor tricia
    tyler tyrone uchenna uma usha valerie vanessa vera veronica vicki vijay vikram vincent vivian wafa wanda
    warren wayne wei wendy wilhelm william xavier xiao yan yara yasmin yesenia yolanda yuki yuri yusuf
    yvette yvonne zachary zahra zainab zeynep zoe zoë
    """.split()
)
"""Given names."""

ALSO_WORDS = frozenset(
    [
        "amber",
        "carol",
        "crystal",
        "heather",
        "jasmine",
        "jean",
        "marina",
        "mercedes",
        "randy",
        "robin",
        "rosemary",
    ]
)
"""Those of them that are words too, so names only with a capital."""

OPENERS = frozenset(
    """
    i we you he she it they this that these those the a an my our your his her its their who what when where
    why how which whoever someone somebody anyone anybody everyone everybody nobody none no one each both
    all some many most few several another other others half management administration leadership staff
    security billing reception nothing something everything people patients families residents interpreter
    scribe coach mentor director manager nurse nurses doctor doctors physician colleague colleagues mother
    father mom dad wife husband son daughter today yesterday tomorrow later then there here so and but or if
    as once still finally never always often perhaps maybe please thank thanks yes not only just even also
    because although while since until after before
    let here there time life sometimes work
    """.split()
)
"""Words that open a sentence and are no names, though *said* or *asked* may follow."""

SPOKE = frozenset(
    """
    said says told asked asks cried wrote thinks replied answered laughed apologized apologised quit resigned
    smiled sighed yelled shouted complained texted called wants knows feels agreed refused apologizes nodded
    shrugged interrupted thanked promised offered admitted explained emailed phoned insisted argued listened
    """.split()
)
"""What people do: an unknown word that opens a sentence before one of these is a name."""

BEFORE_PLACES = frozenset("san santa santo los las st saint new fort ft mount mt lake port el".split())
"""How names of places and buildings begin."""
