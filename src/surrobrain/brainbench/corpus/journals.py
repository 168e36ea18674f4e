"""Journals of neuroscience, and the search that finds what they published."""

from collections.abc import Iterable

__all__ = ["GENERAL", "JOURNALS", "SUBJECT", "literature_query"]

JOURNALS = (
    "ACS Chem Neurosci", "Acta Neuropathol", "Acta Neuropathol Commun",
    "Alzheimers Dement", "Alzheimers Res Ther", "Ann Neurol", "Annu Rev Neurosci",
    "Annu Rev Vis Sci", "Autism Res", "Behav Brain Funct", "Behav Brain Res", "Biol Psychiatry",
    "Biol Psychiatry Cogn Neurosci Neuroimaging", "Biol Psychol", "BMC Neurosci", "Brain",
    "Brain Behav", "Brain Behav Immun", "Brain Cogn", "Brain Commun", "Brain Connect",
    "Brain Imaging Behav", "Brain Lang", "Brain Pathol", "Brain Res", "Brain Res Bull",
    "Brain Stimul", "Brain Struct Funct", "Brain Topogr", "Cereb Cortex", "Cerebellum",
    "Chem Senses", "Clin Neurophysiol", "CNS Neurosci Ther", "Cogn Affect Behav Neurosci",
    "Cogn Neurodyn", "Cognition", "Cortex", "Curr Opin Neurobiol", "Dev Cogn Neurosci",
    "Dev Neurobiol", "eNeuro", "Epilepsia", "Eur J Neurosci",
    "Eur Neuropsychopharmacol", "Exp Brain Res", "Exp Neurol", "Front Aging Neurosci",
    "Front Behav Neurosci", "Front Cell Neurosci", "Front Comput Neurosci",
    "Front Hum Neurosci", "Front Mol Neurosci", "Front Neural Circuits", "Front Neuroanat",
    "Front Neuroendocrinol", "Front Neuroinform", "Front Neurol", "Front Neurosci",
    "Front Psychiatry", "Front Synaptic Neurosci", "Front Syst Neurosci", "Genes Brain Behav",
    "Glia", "Hear Res", "Hippocampus", "Hum Brain Mapp", "Imaging Neurosci (Camb)",
    "Int J Neuropsychopharmacol", "J Alzheimers Dis", "J Assoc Res Otolaryngol",
    "J Cereb Blood Flow Metab", "J Cogn Neurosci", "J Comp Neurol", "J Comput Neurosci",
    "J Neural Eng", "J Neuroendocrinol", "J Neurochem", "J Neuroinflammation", "J Neurophysiol",
    "J Neurosci", "J Neurosci Methods", "J Neurosci Res", "J Neurotrauma", "J Pain",
    "J Parkinsons Dis", "J Psychiatry Neurosci", "J Vis", "Learn Mem", "Mol Autism",
    "Mol Brain", "Mol Cell Neurosci", "Mol Neurobiol", "Mol Neurodegener", "Mol Psychiatry",
    "Mov Disord", "Nat Hum Behav", "Nat Neurosci", "Nat Rev Neurol", "Nat Rev Neurosci",
    "Netw Neurosci", "Neural Comput", "Neural Dev", "Neural Netw", "Neural Plast",
    "Neurobiol Aging", "Neurobiol Dis", "Neurobiol Learn Mem", "Neurobiol Lang (Camb)",
    "Neurobiol Stress", "Neurogastroenterol Motil", "Neuroimage", "Neuroimage Clin",
    "Neuroinformatics", "Neuron", "Neuropharmacology", "Neurophotonics",
    "Neuropsychobiology", "Neuropsychologia", "Neuropsychopharmacology", "Neuroreport",
    "Neurosci Biobehav Rev", "Neurosci Conscious", "Neurosci Lett", "Neurosci Res",
    "Neuroscience", "Neuroscientist", "Neurotherapeutics", "Nutr Neurosci", "Pain",
    "Pharmacol Biochem Behav", "Prog Neurobiol", "Psychiatry Res Neuroimaging",
    "Psychoneuroendocrinology", "Psychopharmacology (Berl)", "Psychophysiology",
    "Schizophr Bull", "Sleep", "Soc Cogn Affect Neurosci", "Stroke", "Synapse", "Transl Psychiatry",
    "Trends Cogn Sci", "Trends Neurosci", "Vis Neurosci", "Vision Res",
)  # fmt: skip
"""Abbreviations of the National Library of Medicine."""

GENERAL = (
    "Cell", "Cell Rep", "Commun Biol", "Curr Biol", "EMBO J", "Elife", "Nat Commun",
    "Nature", "PLoS Biol", "PLoS Comput Biol", "PLoS One", "Proc Biol Sci",
    "Proc Natl Acad Sci U S A", "Sci Adv", "Sci Rep", "Science",
)  # fmt: skip
"""Journals of all sciences, of which the subject decides what is meant."""

SUBJECT = (
    "neurosciences[MeSH Terms] OR nervous system[MeSH Terms] OR neurons[MeSH Terms] OR "
    "brain[Title/Abstract] OR neural[Title/Abstract] OR neuron*[Title/Abstract] OR "
    "cortex[Title/Abstract] OR cortical[Title/Abstract] OR hippocamp*[Title/Abstract] OR "
    "synap*[Title/Abstract] OR neuroscience[Title/Abstract]"
)
"""What makes an article of a general journal one of neuroscience."""


def literature_query(
    journals: Iterable[str] = JOURNALS, *, general: Iterable[str] = GENERAL, subject: str = SUBJECT
) -> str:
    """Return a PubMed search for all abstracts of some journals.

    Parameters
    ----------
    journals : iterable of str
        Taken whole.
    general : iterable of str
        Taken where ``subject`` is met too.
    subject : str
        A search of its own.

    Returns
    -------
    str

    Examples
    --------
    >>> literature_query(["J Neurosci"], general=["Nature"], subject="brain[tiab]")
    '(("J Neurosci"[ta]) OR (("Nature"[ta]) AND (brain[tiab]))) AND hasabstract'
    """
    whole, some = (" OR ".join(f'"{name}"[ta]' for name in names) for names in (journals, general))
    parts = [f"({whole})"] if whole else []
    parts += [f"(({some}) AND ({subject}))"] if some else []
    if not parts:
        raise ValueError("a search needs at least one journal, but none arrived")
    return f"({' OR '.join(parts)}) AND hasabstract"
