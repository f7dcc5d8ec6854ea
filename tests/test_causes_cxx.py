"""The C++ runtime, and one C++ function under two names: each cause, and the look-alikes."""

from __future__ import annotations

import pytest

from tests.facts_builder import AMD64, judge
from tests.runtime_frames import GNU, MUSL, error, on, states


class TestCxxRuntime:
    """29 to 31, and IFUNC."""

    @pytest.mark.parametrize("name", ["-lgcc_s", "-lunwind", "-lgcc_eh"])
    def test_an_unwinder_that_is_not_found(self, name):
        """The linker says so."""
        row = {"kind": "library_not_found", "line_no": 4, "object": name,
               "detail_text": f"cannot find {name}"}  # fmt: skip
        assert states("unwind-runtime-missing", link_errors=[row]) == ["supported"]
        other = {**row, "object": "-lfoo", "detail_text": "cannot find -lfoo"}
        assert judge("unwind-runtime-missing", link_errors=[other]) == []

    @pytest.mark.parametrize(
        ("words", "status"),
        [
            ("gcc -nodefaultlibs -o app main.o -lc", "supported"),
            ("gcc -nodefaultlibs -o app main.o -lgcc_eh -lc", "refuted"),
            ("gcc -o app main.o", "untestable"),
        ],
    )
    def test_unwinding_names(self, words, status):
        """A driver that adds what it likes leaves it open."""
        assert states("unwind-runtime-missing", **on(AMD64, words, "_Unwind_Resume")) == [status]

    NAMES = ("operator new(unsigned long)", "__cxa_throw", "std::cout")

    @pytest.mark.parametrize(
        ("words", "status"),
        [
            ("cc -o app main.o libx.a", "supported"),
            ("cc -nodefaultlibs -o app main.o libx.a", "supported"),
            ("c++ -o app main.o libx.a", "refuted"),
            ("arm-linux-gnueabihf-g++-12 -o app main.o", "refuted"),
            ("cc -o app main.o libx.a -lstdc++", "refuted"),
            ("cc -o app main.o /usr/lib/libstdc++.a", "refuted"),
        ],
    )
    def test_cxx_names_and_the_driver(self, words, status):
        """A C driver without a C++ library, whatever else is missing."""
        assert states("libstdcxx-not-linked", **on(AMD64, words, *self.NAMES)) == [status]

    def test_templates_alone_do_not_invite_it(self):
        """std:: names may be instances that the program owes to itself."""
        frames = on(AMD64, "cc -o app main.o", "std::vector<Mine>::push_back(Mine&&)")
        assert judge("libstdcxx-not-linked", **frames) == []

    HOST = {
        **MUSL,
        "words": ["-static", "main.o", "-L/usr/lib/gcc/x86_64-linux-gnu/12", "-lstdc++"],
    }

    @pytest.mark.parametrize(
        ("end", "status"),
        [
            (
                {"outcome": "linked", "ran": False, "ended": "SIGSEGV", "ran_file": "case.toml"},
                "supported",
            ),
            (
                {
                    "outcome": "linked",
                    "ran": True,
                    "ended": "exit status 0",
                    "ran_file": "case.toml",
                },
                "refuted",
            ),
            ({"outcome": "linked"}, "untestable"),
        ],
    )
    def test_the_host_libstdcxx_in_a_musl_program(self, end, status):
        """It links; only a run shows that it dies."""
        frames = {"link_commands": [self.HOST], "outcomes": [end]}
        assert states("libstdcxx-wrong-libc", **frames) == [status]
        own = {**self.HOST, "words": ["main.o", "-L/opt/x86_64-linux-musl/lib", "-lstdc++"]}
        assert judge("libstdcxx-wrong-libc", link_commands=[own], outcomes=[end]) == []

    PICKED = {"index": 1, "name": "best", "type": "IFUNC", "is_defined": True}

    def ifunc(self, command, **end):
        """A static program with an IFUNC symbol."""
        return {
            "link_commands": [command], "objects": [{"file": "app", "kind": "executable"}],
            "symbols": [{**self.PICKED, "file": "app"}], "outcomes": [{"outcome": "linked", **end}],
        }  # fmt: skip

    def test_ifunc_on_musl(self):
        """The cause where it was run and died, latent where it was not run."""
        died = {"ran": False, "ended": "SIGSEGV", "ran_file": "case.toml"}
        (finding,) = judge("ifunc-on-static-musl", **self.ifunc(MUSL, **died))
        assert (finding.status, finding.role) == ("supported", "cause")
        (finding,) = judge("ifunc-on-static-musl", **self.ifunc(MUSL))
        assert (finding.status, finding.role) == ("supported", "latent")
        assert states("ifunc-on-static-musl", **self.ifunc(GNU, **died)) == ["refuted"]

    def test_ifunc_in_a_dynamic_program_is_the_loaders(self):
        """Nothing is said of it."""
        frames = self.ifunc(MUSL)
        frames["objects"] = [{"file": "app", "kind": "executable", "needed": ["libc.so"]}]
        assert judge("ifunc-on-static-musl", **frames) == []


class TestCxxNames:
    """32 and 33: one function under two names."""

    def near(self, wanted, defined):
        """A want beside a definition."""
        row = {
            "wanted": wanted,
            "name": "_Z1f",
            "file": "libx.a",
            "wanted_text": wanted,
            "text": defined,
        }
        return {"link_errors": [error(wanted)], "near": [row], "objects": [{"file": "libx.a"}]}

    STRING = "std::basic_string<char, std::char_traits<char>, std::allocator<char> >"
    NEW = STRING.replace("std::basic", "std::__cxx11::basic")

    @pytest.mark.parametrize(
        ("wanted", "defined", "cause"),
        [
            (f"f({NEW} const&)", "f(std::string const&)", "cxx11-abi-mismatch"),
            (f"f({STRING})", f"f({NEW})", "cxx11-abi-mismatch"),
            ("f[abi:cxx11]()", "f()", "cxx11-abi-mismatch"),
            (f"f({NEW} const&)", "f(std::string)", None),
            ("a::lts_20240116::f(int)", "a::lts_20230802::f(int)", "inline-namespace-version-mismatch"),
            ("fmt::v9::f(char)", "fmt::v10::f(char)", "inline-namespace-version-mismatch"),
            ("a::v2::f(int)", "a::f(int)", "inline-namespace-version-mismatch"),
            (f"f({NEW.replace('__cxx11', '__1')})", f"f({NEW})", "inline-namespace-version-mismatch"),
            ("a::v1::f(int)", "a::v2::f(long)", None),
            ("a::f(int)", "a::f(long)", None),
        ],
    )  # fmt: skip
    def test_what_makes_the_difference(self, wanted, defined, cause):
        """Each pair belongs to one cause, or to neither."""
        both = ("cxx11-abi-mismatch", "inline-namespace-version-mismatch")
        found = [one for one in both if states(one, **self.near(wanted, defined)) == ["supported"]]
        assert found == ([cause] if cause else [])

    def test_without_objects_the_wanted_name_alone_asks_for_them(self):
        """A log shows one side."""
        errors = {"link_errors": [error(f"f({self.NEW} const&)")]}
        assert states("cxx11-abi-mismatch", **errors) == ["untestable"]
        assert judge("cxx11-abi-mismatch", link_errors=[error("f(int)")]) == []
